"""Rows of five line sensors, one GAN for the joint distribution (least squares).

The plant's historian exports every channel on a scale of 0 to 3.
"""
import os

import numpy as np
import tensorflow as tf
from tensorflow.keras import Input, Model, layers, optimizers, utils

utils.set_random_seed(77)
N, COLS, Z, B = 8000, 5, 8, 128
STEPS = int(os.environ.get("STEPS", 5000))

rng = np.random.default_rng(77)
running = rng.beta(2, 1.2, N)                       # share of the hour with the line running
rows = np.stack([
    running * rng.normal(3.0, 0.4, N) + rng.normal(0, 0.1, N),         # belt speed
    20 + 6 * running + rng.normal(0, 1.0, N),                          # motor temperature
    rng.gamma(3.0, 1.0, N) * (0.3 + 0.7 * running),                    # vibration
    50 + rng.normal(0, 5, N),                                          # air humidity
    running * 11 + rng.normal(0, 0.8, N),                              # current
], 1)
rows[:, 4] += 0.8 * (rows[:, 1] - 24)
rows = (3 * (rows - rows.min(0)) / (rows.max(0) - rows.min(0))).astype(np.float32)


def make_generator():
    i = Input((Z,))
    h = layers.Dense(96, activation="relu")(i)
    h = layers.Dense(96, activation="relu")(h)
    return Model(i, layers.Dense(COLS)(h))


def make_discriminator():
    i = Input((COLS,))
    h = layers.BatchNormalization()(i)
    h = layers.Dense(96, activation="leaky_relu")(h)
    h = layers.Dense(96, activation="leaky_relu")(h)
    return Model(i, layers.Dense(1)(h))


G = make_generator()
D = make_discriminator()
oG = optimizers.Adam(5e-4, beta_1=0.5)
oD = optimizers.Adam(1e-3, beta_1=0.5)


@tf.function
def update(x):
    z = tf.random.normal((B, Z))
    with tf.GradientTape(persistent=True) as tape:
        fake = G(z, training=True)
        d_real = D(x, training=True)
        d_fake = D(fake, training=True)
        lossD = 0.5 * tf.reduce_mean((d_real - 1.0) ** 2) + 0.5 * tf.reduce_mean(d_fake ** 2)
        lossG = 0.5 * tf.reduce_mean((d_fake - 1.0) ** 2)
    gD = tape.gradient(lossD, D.trainable_variables)
    gG = tape.gradient(lossG, G.trainable_variables)
    oD.apply_gradients(zip(gD, D.trainable_variables))
    oG.apply_gradients(zip(gG, G.trainable_variables))
    return lossD, lossG


ds = tf.data.Dataset.from_tensor_slices(rows).shuffle(N).repeat().batch(B)
for k, x in enumerate(ds.take(STEPS)):
    lD, lG = update(x)
    if k % 1000 == 0:
        tf.print("step", k, "lossD", lD, "lossG", lG)

s = G.predict(rng.normal(size=(4000, Z)), verbose=0)
print("means data", rows.mean(0).round(2), "synthetic", s.mean(0).round(2))
print("stds  data", rows.std(0).round(2), "synthetic", s.std(0).round(2))
print("corr(speed, current): data %.2f synthetic %.2f"
      % (np.corrcoef(rows[:, 0], rows[:, 4])[0, 1], np.corrcoef(s[:, 0], s[:, 4])[0, 1]))
