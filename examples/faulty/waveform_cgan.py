# Conditional GAN: one of four waveforms (sine, square, saw, pulse), 32 points each
import os
import numpy as np
import tensorflow as tf
from keras import layers, Model, Input, optimizers, utils

utils.set_random_seed(9)

length, num_classes, z_dim, batch = 32, 4, 8, 96
max_steps = int(os.environ.get("STEPS", 3500))


def waveform(label, phase, amp):
    t = (np.linspace(0, 1, length, endpoint=False)[None] + phase[:, None]) % 1.0
    waves = np.stack([
        np.sin(2 * np.pi * t),
        np.where(t < 0.5, 1.0, -1.0),
        2 * t - 1,
        2 * np.exp(-((t - 0.5) / 0.08) ** 2) - 1,
    ])
    return amp[:, None] * waves[label, np.arange(len(label))]


def training_set(n):
    y = np.random.randint(0, num_classes, n)
    x = waveform(y, np.random.uniform(0, 0.25, n), np.random.uniform(0.6, 0.9, n))
    return x.astype("float32"), y.astype("int32")


def get_gen():
    z, c = Input((z_dim,)), Input((), dtype="int32")
    e = layers.Embedding(num_classes, 8)(c)
    h = layers.Concatenate()([z, e])
    for _ in range(2):
        h = layers.Dense(128, activation="relu")(h)
    return Model([z, c], layers.Dense(length, activation="tanh")(h))


def get_disc():
    x, c = Input((length,)), Input((), dtype="int32")
    e = layers.Embedding(num_classes, 8)(c)
    h = layers.Concatenate()([x, e])
    for _ in range(2):
        h = layers.LeakyReLU(negative_slope=0.2)(layers.Dense(128)(h))
        h = layers.Dropout(0.2)(h)
    return Model([x, c], layers.Dense(1)(h))


gen, disc = get_gen(), get_disc()
opt_g, opt_d = optimizers.Adam(3e-4, beta_1=0.5), optimizers.Adam(3e-4, beta_1=0.5)


def cross_entropy(target, logits):
    return tf.reduce_mean(tf.nn.sigmoid_cross_entropy_with_logits(labels=tf.fill(tf.shape(logits), target), logits=logits))


@tf.function
def train_step(waves, labels):
    z = tf.random.normal((batch, z_dim))
    with tf.GradientTape() as tape:
        fake = gen([z, labels], training=True)
        d_loss = cross_entropy(1.0, disc([waves, labels], training=True)) + cross_entropy(0.0, disc([fake, labels], training=True))
    opt_d.apply_gradients(zip(tape.gradient(d_loss, disc.trainable_variables), disc.trainable_variables))

    # the generator gets fresh noise and fresh classes
    z = tf.random.normal((batch, z_dim))
    classes = tf.random.uniform((batch,), 0, num_classes, dtype=tf.int32)
    with tf.GradientTape() as tape:
        fake = gen([z, classes], training=True)
        g_loss = cross_entropy(1.0, disc([fake, labels], training=True))
    opt_g.apply_gradients(zip(tape.gradient(g_loss, gen.trainable_variables), gen.trainable_variables))
    return d_loss, g_loss


X, Y = training_set(8000)
for step in range(1, max_steps + 1):
    pick = np.random.randint(0, len(X), batch)
    d_loss, g_loss = train_step(tf.constant(X[pick]), tf.constant(Y[pick]))
    if step % 500 == 0 or step == max_steps:
        print("step %d  d_loss %.3f  g_loss %.3f" % (step, d_loss, g_loss))

# which training wave is nearest to a generated one, and is it of the class asked for?
ref_x, ref_y = X[:2000], Y[:2000]
hits = []
for c in range(num_classes):
    out = gen([tf.random.normal((200, z_dim)), tf.fill((200,), c)], training=False).numpy()
    d2 = ((out[:, None] - ref_x[None]) ** 2).mean(-1)
    found = ref_y[d2.argmin(1)]
    hits.append((found == c).mean())
    print("class", c, "nearest classes", np.bincount(found, minlength=num_classes), "rms to nearest %.3f" % np.sqrt(d2.min(1)).mean())
print("class as asked: %.2f" % np.mean(hits))
