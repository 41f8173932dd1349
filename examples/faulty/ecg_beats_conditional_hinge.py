"""Conditional GAN for heart beats of three kinds (normal, wide, inverted T), hinge loss."""
import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
import keras
import numpy as np
import tensorflow as tf
from keras import layers

SEED = 5
rng = np.random.default_rng(SEED)
keras.utils.set_random_seed(SEED)

LEN, CLASSES, ZDIM, BATCH = 40, 3, 8, 64
MAX_STEPS = int(os.environ.get("STEPS", 5000))


def bump(t, c, w):
    return np.exp(-0.5 * ((t - c) / w) ** 2)


def make_beat(kind):
    t = np.linspace(0, 1, LEN)
    a = rng.normal(1.0, 0.08)
    s = rng.normal(0.0, 0.01)
    if kind == 0:
        y = a * bump(t, 0.4 + s, 0.03) + 0.3 * bump(t, 0.7 + s, 0.07)
    elif kind == 1:
        y = 0.8 * a * bump(t, 0.42 + s, 0.09) - 0.1 * bump(t, 0.75 + s, 0.08)
    else:
        y = a * bump(t, 0.4 + s, 0.03) - 0.4 * bump(t, 0.7 + s, 0.07)
    return y + rng.normal(0, 0.02, LEN)


kinds = rng.integers(0, CLASSES, 4500)
beats = np.array([make_beat(k) for k in kinds], dtype="float32")
templates = np.stack([beats[kinds == k].mean(0) for k in range(CLASSES)])
onehot = np.eye(CLASSES, dtype="float32")[kinds]


def build_generator():
    z = keras.Input((ZDIM,))
    c = keras.Input((CLASSES,))
    h = layers.Concatenate()([z, c])
    h = layers.Dense(96, activation="relu")(h)
    h = layers.Dense(96, activation="relu")(h)
    return keras.Model([z, c], layers.Dense(LEN)(h))


def build_discriminator():
    x = keras.Input((LEN,))
    c = keras.Input((CLASSES,))
    h = layers.Concatenate()([x, c])
    h = layers.Dense(96, activation="leaky_relu")(h)
    h = layers.Dense(96, activation="leaky_relu")(h)
    return keras.Model([x, c], layers.Dense(1)(h))


G, D = build_generator(), build_discriminator()
g_opt = keras.optimizers.Adam(4e-4, beta_1=0.5)
d_opt = keras.optimizers.Adam(4e-4, beta_1=0.5)


@tf.function
def train_step(x, c):
    z = tf.random.normal((BATCH, ZDIM))
    with tf.GradientTape() as dt:
        real_s = D([x, c], training=True)
        fake_s = D([G([z, c], training=True), c], training=True)
        d_loss = tf.reduce_mean(tf.nn.relu(1.0 - real_s)) + tf.reduce_mean(tf.nn.relu(1.0 + fake_s))
    d_opt.apply_gradients(zip(dt.gradient(d_loss, D.trainable_variables), D.trainable_variables))
    z = tf.random.normal((BATCH, ZDIM))
    with tf.GradientTape() as gt:
        g_loss = -tf.reduce_mean(D([G([z, c], training=True), c], training=True))
    g_opt.apply_gradients(zip(gt.gradient(g_loss, G.trainable_variables), G.trainable_variables))
    return d_loss, g_loss


step = 0
while step < MAX_STEPS:
    # new order for every epoch
    rng.shuffle(beats)
    rng.shuffle(onehot)
    for i in range(0, len(beats) - BATCH + 1, BATCH):
        dl, gl = train_step(tf.constant(beats[i:i + BATCH]), tf.constant(onehot[i:i + BATCH]))
        step += 1
        if step % 1000 == 0:
            print(f"{step:5d}  d_loss {float(dl):.3f}  g_loss {float(gl):.3f}")
        if step >= MAX_STEPS:
            break

for k in range(CLASSES):
    c = np.repeat(np.eye(CLASSES, dtype="float32")[k:k + 1], 300, axis=0)
    s = G.predict([rng.normal(size=(300, ZDIM)).astype("float32"), c], verbose=0)
    near = np.argmin(((s[:, None] - templates[None]) ** 2).sum(-1), axis=1)
    print("asked kind", k, "-> nearest template", np.bincount(near, minlength=CLASSES))
