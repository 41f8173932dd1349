"""Synthetic heartbeats (1-D) made by a convolutional hinge GAN."""
import os

import keras
import numpy as np
import tensorflow as tf
from keras import layers

keras.utils.set_random_seed(60)

STEPS = int(os.environ.get("STEPS", 1200))
BEAT = 96
Z = 16
BATCH = 32
REPORT = 100


def bump(t, center, width, height):
    return height * np.exp(-0.5 * ((t - center) / width) ** 2)


def record(n, seed):
    """P wave, QRS complex and T wave with a little natural variation."""
    r = np.random.RandomState(seed)
    t = np.linspace(0, 1, BEAT)[None]
    shift = r.uniform(-0.12, 0.12, (n, 1))
    beat = bump(t, 0.25 + shift, 0.03, r.uniform(0.05, 0.25, (n, 1)))
    beat -= bump(t, 0.44 + shift, 0.012, 0.15)
    beat += bump(t, 0.48 + shift, 0.015, r.uniform(0.7, 1.0, (n, 1)))
    beat -= bump(t, 0.52 + shift, 0.015, 0.25)
    beat += bump(t, 0.75 + shift, 0.05, r.uniform(0.1, 0.45, (n, 1)))
    return (beat + 0.01 * r.standard_normal((n, BEAT)))[..., None].astype("float32")


def block(x, filters, kernel=7):
    x = layers.UpSampling1D(2)(x)
    x = layers.Conv1D(filters, kernel, padding="same")(x)
    return layers.LeakyReLU(negative_slope=0.1)(x)


def beat_generator():
    z = keras.Input((Z,))
    x = layers.Dense(12 * 32)(z)
    x = layers.LeakyReLU(negative_slope=0.1)(x)
    x = layers.Reshape((12, 32))(x)
    for filters in (32, 24, 16):
        x = block(x, filters)
    return keras.Model(z, layers.Conv1D(1, 7, padding="same")(x))


def beat_critic():
    s = keras.Input((BEAT, 1))
    x = s
    for filters in (16, 24, 32):
        x = layers.Conv1D(filters, 7, strides=2, padding="same")(x)
        x = layers.LeakyReLU(negative_slope=0.2)(x)
    x = layers.Flatten()(x)
    return keras.Model(s, layers.Dense(1)(x))


G, D = beat_generator(), beat_critic()
g_optim = keras.optimizers.Adam(4e-4, beta_1=0.5)
d_optim = keras.optimizers.Adam(4e-4, beta_1=0.5)


@tf.function
def train(real):
    z = np.random.normal(size=(2, BATCH, Z)).astype("float32")

    with tf.GradientTape() as tape:
        r = D(real, training=True)
        f = D(G(z[0], training=True), training=True)
        d_hinge = tf.reduce_mean(tf.nn.relu(1.0 - r)) + tf.reduce_mean(tf.nn.relu(1.0 + f))
    g = tape.gradient(d_hinge, D.trainable_variables)
    d_optim.apply_gradients(zip(g, D.trainable_variables))

    with tf.GradientTape() as tape:
        g_hinge = -tf.reduce_mean(D(G(z[1], training=True), training=True))
    g = tape.gradient(g_hinge, G.trainable_variables)
    g_optim.apply_gradients(zip(g, G.trainable_variables))
    return d_hinge, g_hinge


beats = record(5000, seed=4)
beat_ds = tf.data.Dataset.from_tensor_slices(beats).shuffle(5000)
loader = iter(beat_ds.batch(BATCH, drop_remainder=True).repeat())
track = []
for it in range(STEPS):
    track.append(train(next(loader)))
    if (it + 1) % REPORT == 0 or it + 1 == STEPS:
        d, g = np.mean([[float(a), float(b)] for a, b in track], axis=0)
        print(f"epoch {it // REPORT + 1} | D {d:.4f} | G {g:.4f}")
        track.clear()
