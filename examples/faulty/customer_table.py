"""Conditional GAN for table rows: age, income, visits and basket size of customers in four segments."""
import os

import keras
import numpy as np
import tensorflow as tf
from keras import layers

keras.utils.set_random_seed(2024)

COLUMNS = ["age", "income", "visits", "basket"]
SEGMENTS = 4
NOISE = 8
BATCH = 256
ROUNDS = int(os.environ.get("STEPS", 1200))


def make_rows(n, rng):
    segment = rng.integers(0, SEGMENTS, n)
    age = np.array([24, 38, 52, 68])[segment] + rng.normal(0, 3.5, n)
    income = np.array([18e3, 52e3, 75e3, 30e3])[segment] * np.exp(rng.normal(0, 0.15, n))
    visits = np.array([9.0, 4.0, 2.0, 6.0])[segment] + rng.normal(0, 0.8, n)
    basket = 5.0 + income / 2500.0 + rng.normal(0, 2.0, n)
    return np.stack([age, income, visits, basket], axis=1), segment.astype("int32")


rng = np.random.default_rng(11)
table, segments = make_rows(8000, rng)
mean, std = table.mean(axis=0), table.std(axis=0)
scaled = ((table - mean) / std).astype("float32")
onehot = np.eye(SEGMENTS, dtype="float32")[segments]


def build_generator():
    noise = keras.Input((NOISE,))
    condition = keras.Input((SEGMENTS,))
    x = layers.Concatenate()([noise, condition])
    x = layers.Dense(64, activation="relu")(noise)
    x = layers.Dense(64, activation="relu")(x)
    row = layers.Dense(len(COLUMNS))(x)
    return keras.Model([noise, condition], row, name="row_generator")


def build_discriminator():
    row = keras.Input((len(COLUMNS),))
    condition = keras.Input((SEGMENTS,))
    x = layers.Concatenate()([row, condition])
    x = layers.Dense(64)(x)
    x = layers.LeakyReLU(negative_slope=0.2)(x)
    x = layers.Dense(64)(x)
    x = layers.LeakyReLU(negative_slope=0.2)(x)
    return keras.Model([row, condition], layers.Dense(1)(x), name="row_discriminator")


gen, disc = build_generator(), build_discriminator()
gen_opt = keras.optimizers.Adam(1e-3, beta_1=0.5, beta_2=0.9)
disc_opt = keras.optimizers.Adam(1e-3, beta_1=0.5, beta_2=0.9)


@tf.function
def step(rows, cond):
    z = tf.random.normal((BATCH, NOISE))
    with tf.GradientTape() as dt:
        fake = gen([z, cond], training=True)
        on_real = disc([rows, cond], training=True)
        on_fake = disc([fake, cond], training=True)
        d_loss = tf.reduce_mean(tf.nn.softplus(-on_real)) + tf.reduce_mean(tf.nn.softplus(on_fake))
    disc_opt.apply_gradients(zip(dt.gradient(d_loss, disc.trainable_variables), disc.trainable_variables))

    z = tf.random.normal((BATCH, NOISE))
    with tf.GradientTape() as gt:
        on_fake = disc([gen([z, cond], training=True), cond], training=True)
        g_loss = tf.reduce_mean(tf.nn.softplus(-on_fake))
    gen_opt.apply_gradients(zip(gt.gradient(g_loss, gen.trainable_variables), gen.trainable_variables))
    return d_loss, g_loss


losses = []
for i in range(1, ROUNDS + 1):
    pick = rng.choice(len(scaled), BATCH, replace=False)
    losses.append([float(v) for v in step(scaled[pick], onehot[pick])])
    if i % 100 == 0 or i == ROUNDS:
        d, g = np.mean(losses, axis=0)
        print(f"epoch {(i + 99) // 100:2d}: d {d:.4f} g {g:.4f}")
        losses = []

print("\nsegment  " + "  ".join(f"{c:>16s}" for c in COLUMNS) + "   (generated / real mean)")
for s in range(SEGMENTS):
    cond = tf.one_hot(tf.fill((500,), s), SEGMENTS)
    made = gen([tf.random.normal((500, NOISE)), cond], training=False).numpy() * std + mean
    real = table[segments == s].mean(axis=0)
    print(f"{s:7d}  " + "  ".join(f"{m:8.0f}/{r:7.0f}" for m, r in zip(made.mean(axis=0), real)))
