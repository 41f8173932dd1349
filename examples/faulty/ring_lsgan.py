import os
import numpy as np
import tensorflow as tf
from tensorflow import keras

# LSGAN on a ring of 8 gaussians

keras.utils.set_random_seed(17)
BATCH = 128
DIM_Z = 8
STEPS = min(4000, int(os.environ.get("STEPS", "4000")))

angles = np.arange(8) * np.pi / 4
centers = np.stack([np.cos(angles), np.sin(angles)], 1).astype("float32")


def batches():
    while True:
        k = np.random.randint(8, size=BATCH)
        yield centers[k] + np.random.normal(scale=0.04, size=(BATCH, 2)).astype("float32")


def mlp(sizes, out):
    layers = [keras.layers.Dense(s, activation="relu") for s in sizes]
    return keras.Sequential(layers + [keras.layers.Dense(out)])


generator = mlp([128, 128], 2)
discriminator = mlp([128, 128], 1)
generator.build((None, DIM_Z))
discriminator.build((None, 2))

g_opt = keras.optimizers.Adam(1e-3, beta_1=0.5)
d_opt = keras.optimizers.Adam(1e-3, beta_1=0.5)

# real = 1, fake = 0
labels = tf.concat([tf.ones(BATCH), tf.zeros(BATCH)], axis=0)


def mse(target, pred):
    return tf.reduce_mean(tf.square(target - pred))


@tf.function
def train_d(real):
    z = tf.random.normal([BATCH, DIM_Z])
    x = tf.concat([real, generator(z)], axis=0)
    with tf.GradientTape() as tape:
        loss = mse(labels, discriminator(x))
    grads = tape.gradient(loss, discriminator.trainable_weights)
    d_opt.apply_gradients(zip(grads, discriminator.trainable_weights))
    return loss


@tf.function
def train_g():
    z = tf.random.normal([BATCH, DIM_Z])
    with tf.GradientTape() as tape:
        loss = mse(tf.ones([BATCH, 1]), discriminator(generator(z)))
    grads = tape.gradient(loss, generator.trainable_weights)
    g_opt.apply_gradients(zip(grads, generator.trainable_weights))
    return loss


data = batches()
for step in range(STEPS):
    dl = train_d(next(data))
    gl = train_g()
    if step % 800 == 0:
        print("step %d   d %.4f   g %.4f" % (step, dl, gl))

out = generator(tf.random.normal([2000, DIM_Z])).numpy()
dist = np.linalg.norm(out[:, None] - centers[None], axis=2)
good = dist.min(1) < 0.2
print("good samples: %.1f%%" % (100 * good.mean()))
print("modes hit:", len(set(dist.argmin(1)[good])))
