"""Table with numeric and categorical columns. The discriminator judges packs of rows (PacGAN) against collapse.

Channel is a category: the generator gives softmax values for it and the real one-hot rows get a little noise.
"""
import os

import numpy as np
import tensorflow as tf
from tensorflow import keras
from tensorflow.keras import layers

keras.utils.set_random_seed(63)
rng = np.random.default_rng(63)

CHANNELS = ["shop", "web", "phone"]
PACK = 4
PACKS = 48  # packs in one batch
Z_SIZE = 12
STEPS = int(os.environ.get("STEPS", 4500))

# ---------------------------------------------------------------- data
n = 12000
channel = rng.choice(3, n, p=[0.5, 0.35, 0.15])
amount = np.exp(rng.normal(np.array([3.0, 3.6, 4.2])[channel], 0.35))
items = np.maximum(1, amount / 12 + rng.normal(0, 0.8, n))
hour = np.where(channel == 1, rng.normal(20, 2, n), rng.normal(13, 2.5, n))
numeric = np.stack([np.log(amount), np.log(items), hour], 1)
mu, sd = numeric.mean(0), numeric.std(0)
onehot = np.eye(3)[channel]


def row_generator():
    while True:
        i = rng.integers(0, n, PACK * PACKS)
        cat = onehot[i] + rng.uniform(0, 0.1, (len(i), 3))
        cat /= cat.sum(1, keepdims=True)
        yield np.concatenate([(numeric[i] - mu) / sd, cat], 1).astype("float32")


# ---------------------------------------------------------------- models
z_in = keras.Input((Z_SIZE,))
h = z_in
for _ in range(2):
    h = layers.Dense(128)(h)
    h = layers.BatchNormalization(momentum=0.9)(h)
    h = layers.ReLU()(h)
gen = keras.Model(z_in, layers.Concatenate()([layers.Dense(3)(h), layers.Dense(3, activation="softmax")(h)]))

pack_in = keras.Input((PACK * 6,))
h = pack_in
for _ in range(2):
    h = layers.Dense(128)(h)
    h = layers.LeakyReLU(0.2)(h)
    h = layers.Dropout(0.25)(h)
disc = keras.Model(pack_in, layers.Dense(1)(h))

g_adam = keras.optimizers.Adam(2e-4, beta_1=0.5)
d_adam = keras.optimizers.Adam(4e-4, beta_1=0.5)


def packed(rows):
    return tf.reshape(rows, (PACKS, PACK * 6))


@tf.function
def train_discriminator(rows):
    fake = gen(tf.random.normal((PACK * PACKS, Z_SIZE)), training=True)
    with tf.GradientTape() as tape:
        a = disc(packed(rows), training=True)
        b = disc(packed(fake), training=True)
        loss = tf.reduce_mean((a - 1) ** 2) + tf.reduce_mean((b + 1) ** 2)  # least squares with targets 1 and -1
    d_adam.apply_gradients(zip(tape.gradient(loss, disc.trainable_weights), disc.trainable_weights))
    return loss


@tf.function
def train_generator():
    with tf.GradientTape() as tape:
        b = disc(packed(gen(tf.random.normal((PACK * PACKS, Z_SIZE)), training=True)), training=True)
        loss = tf.reduce_mean(b ** 2)  # target 0, between the two
    g_adam.apply_gradients(zip(tape.gradient(loss, gen.trainable_weights), gen.trainable_weights))
    return loss


feed = row_generator()
for step in range(STEPS):
    d = train_discriminator(next(feed))
    g = train_generator()
    if step % 500 == 0:
        print(f"{step}: d {float(d):.3f} g {float(g):.3f}")

rows = gen(tf.random.normal((4000, Z_SIZE)), training=False).numpy()
num, cat = rows[:, :3] * sd + mu, rows[:, 3:].argmax(1)
print("share of channels ", dict(zip(CHANNELS, (np.bincount(cat, minlength=3) / len(cat)).round(3))))
for k, name in enumerate(CHANNELS):
    print(name, "real", numeric[channel == k].mean(0).round(2), "generated", num[cat == k].mean(0).round(2))
