# Synthetic customers: learn the joint distribution of five numeric columns with a small GAN
import os

import numpy as np
import tensorflow as tf
from tensorflow.keras import Input, Model, layers, losses, optimizers, utils

utils.set_random_seed(2024)

COLUMNS = ["age", "income", "visits", "basket", "online_share"]
NOISE = 10
BATCH_SIZE = 128
ITERATIONS = int(os.environ.get("STEPS", 6000))


def make_table(n_rows):
    rng = np.random.default_rng(2024)
    age = rng.gamma(9.0, 5.0, n_rows).clip(18, 95)
    income = 18 + 0.9 * np.minimum(age, 60) + rng.normal(0, 8, n_rows)
    visits = rng.poisson(np.clip(income / 12, 0.5, None)) + rng.normal(0, 0.15, n_rows)
    basket = 12 + 0.5 * income + rng.normal(0, 4, n_rows)
    online = 1 / (1 + np.exp((age - 45) / 9)) + rng.normal(0, 0.04, n_rows)
    return np.stack([age, income, visits, basket, online], axis=1)


table = make_table(10000)
lo, hi = table.min(axis=0), table.max(axis=0)
scaled = (2 * (table - lo) / (hi - lo) - 1).astype("float32")  # every column to -1..1


def make_generator():
    z = Input((NOISE,))
    h = layers.Dense(96, activation="relu")(z)
    h = layers.Dense(96, activation="relu")(h)
    return Model(z, layers.Dense(len(COLUMNS))(h))


def make_discriminator():
    row = Input((len(COLUMNS),))
    h = layers.BatchNormalization()(row)
    h = layers.Dense(96)(h)
    h = layers.LeakyReLU(negative_slope=0.2)(h)
    h = layers.Dense(96)(h)
    h = layers.LeakyReLU(negative_slope=0.2)(h)
    return Model(row, layers.Dense(1)(h))


gen = make_generator()
dis = make_discriminator()
gen_opt = optimizers.Adam(learning_rate=4e-4, beta_1=0.5)
dis_opt = optimizers.Adam(learning_rate=1e-3, beta_1=0.5)
bce = losses.BinaryCrossentropy(from_logits=True)


def batches(rows, size, seed=0):
    rng = np.random.default_rng(seed)
    while True:
        order = rng.permutation(len(rows))
        for i in range(0, len(rows) - size + 1, size):
            yield rows[order[i:i + size]]


@tf.function
def train(rows):
    z = tf.random.normal((BATCH_SIZE, NOISE))
    with tf.GradientTape(persistent=True) as tape:
        fake = gen(z, training=True)
        real_logit = dis(rows, training=True)
        fake_logit = dis(fake, training=True)
        d_loss = bce(tf.ones_like(real_logit), real_logit) + bce(tf.zeros_like(fake_logit), fake_logit)
        g_loss = bce(tf.ones_like(fake_logit), fake_logit)
    d_grads = tape.gradient(d_loss, dis.trainable_variables)
    g_grads = tape.gradient(g_loss, gen.trainable_variables)
    del tape
    dis_opt.apply_gradients(zip(d_grads, dis.trainable_variables))
    gen_opt.apply_gradients(zip(g_grads, gen.trainable_variables))
    return d_loss, g_loss


feed = batches(scaled, BATCH_SIZE)
for i in range(ITERATIONS):
    d_loss, g_loss = train(next(feed))
    if i % 1000 == 0 or i == ITERATIONS - 1:
        print("iter %5d | d %.3f | g %.3f" % (i, d_loss, g_loss))

synthetic = gen(tf.random.normal((2000, NOISE))).numpy() * 0.5 * (hi - lo) + 0.5 * (hi + lo)
print("%-14s %18s %18s" % ("column", "real mean/std", "synthetic"))
for j, name in enumerate(COLUMNS):
    print("%-14s %9.2f %8.2f %9.2f %8.2f" % (
        name, table[:, j].mean(), table[:, j].std(), synthetic[:, j].mean(), synthetic[:, j].std()))
print("largest difference of correlations: %.3f" % np.abs(
    np.corrcoef(table.T) - np.corrcoef(synthetic.T)).max())
