"""
Order lines generator, v0.3
columns: unit price (log), quantity (whole number 1..9), delivery days, discount
"""
import os
import numpy as np
import tensorflow as tf
import keras
from keras import layers

keras.utils.set_random_seed(33)
rng = np.random.default_rng(33)


def get_orders(n):
    qty = 1 + rng.binomial(8, 0.45, n)
    log_price = 4.0 - 0.25 * qty + rng.normal(0, 0.3, n)
    days = 2 + 0.5 * qty + rng.gamma(2.0, 0.4, n)
    discount = np.clip(0.03 * qty + rng.normal(0, 0.03, n), 0, 0.5)
    return np.stack([log_price, qty, days, discount], 1)


orders = get_orders(8000).astype("float32")
lo, hi = orders.min(0), orders.max(0)
scaled = (orders - lo) / (hi - lo) * 2 - 1          # all columns in [-1, 1]


class OrderGenerator(keras.Model):
    """MLP whose quantity column is a whole number, like in the real table."""

    def __init__(self, width=96):
        super().__init__()
        self.h1 = layers.Dense(width, activation="relu")
        self.h2 = layers.Dense(width, activation="relu")
        self.out = layers.Dense(4)

    def call(self, z):
        y = tf.tanh(self.out(self.h2(self.h1(z))))
        price, qty, rest = y[:, :1], y[:, 1:2], y[:, 2:]
        levels = float(hi[1] - lo[1])
        qty = tf.round((qty + 1) / 2 * levels) / levels * 2 - 1
        return tf.concat([price, qty, rest], axis=1)


class OrderDiscriminator(keras.Model):
    def __init__(self, width=96):
        super().__init__()
        self.net = keras.Sequential([
            layers.Dense(width), layers.LeakyReLU(negative_slope=0.2),
            layers.Dense(width), layers.LeakyReLU(negative_slope=0.2),
            layers.Dense(1),
        ])

    def call(self, x):
        # a little noise on both sides, so that whole numbers are no giveaway
        x = x + tf.random.normal(tf.shape(x), stddev=0.05)
        return self.net(x)


gen, dis = OrderGenerator(), OrderDiscriminator()
z_dim, bs = 8, 256
gen(tf.zeros((1, z_dim)))
dis(tf.zeros((1, 4)))
opt_gen = keras.optimizers.Adam(5e-4, beta_1=0.5)
opt_dis = keras.optimizers.Adam(1e-3, beta_1=0.5)


@tf.function
def step(real):
    z = tf.random.normal((bs, z_dim))
    with tf.GradientTape() as tg, tf.GradientTape() as td:
        fake = gen(z)
        lr, lf = dis(real), dis(fake)
        loss_d = tf.reduce_mean(tf.nn.softplus(-lr)) + tf.reduce_mean(tf.nn.softplus(lf))
        loss_g = tf.reduce_mean(tf.nn.softplus(-lf))
    gg = tg.gradient(loss_g, gen.trainable_variables)
    gd = td.gradient(loss_d, dis.trainable_variables)
    opt_gen.apply_gradients(zip(gg, gen.trainable_variables))
    opt_dis.apply_gradients(zip(gd, dis.trainable_variables))
    return loss_d, loss_g


total = int(os.environ.get("STEPS", 6000))
for k in range(total):
    ld, lg = step(scaled[rng.integers(0, len(scaled), bs)])
    if k % 1500 == 0 or k == total - 1:
        print("step", k, "dis", round(float(ld), 3), "gen", round(float(lg), 3))

fake = gen(tf.random.normal((4000, z_dim))).numpy()
fake = (fake + 1) / 2 * (hi - lo) + lo
names = ["log_price", "quantity", "days", "discount"]
for j in range(4):
    print("%-10s orders %.2f +- %.2f   synthetic %.2f +- %.2f" % (names[j], orders[:, j].mean(), orders[:, j].std(), fake[:, j].mean(), fake[:, j].std()))
print("share of quantities 1..9 orders   ", np.round(np.bincount(np.rint(orders[:, 1]).astype(int), minlength=10)[1:] / len(orders), 2))
print("share of quantities 1..9 synthetic", np.round(np.bincount(np.rint(fake[:, 1]).astype(int), minlength=10)[1:] / len(fake), 2))
print("corr(quantity, log_price) orders %.2f synthetic %.2f" % (np.corrcoef(orders[:, 0], orders[:, 1])[0, 1], np.corrcoef(fake[:, 0], fake[:, 1])[0, 1]))
