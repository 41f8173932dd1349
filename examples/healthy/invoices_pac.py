"""Synthetic invoices (log amount, payment days, discount flag). The discriminator sees pairs of rows."""
import os

import keras
import numpy as np
import tensorflow as tf
from keras import layers

keras.utils.set_random_seed(64)
PAC = 2
ROWS = 256                 # rows per batch, i.e. ROWS / PAC pairs
Z = 8


def make_invoices(n, rng):
    kind = rng.choice(3, n, p=[0.6, 0.3, 0.1])
    amount = np.choose(kind, [rng.normal(3.5, 0.4, n), rng.normal(5.5, 0.5, n), rng.normal(8.0, 0.3, n)])
    days = np.choose(kind, [rng.normal(8, 2, n), rng.normal(28, 3, n), rng.normal(60, 4, n)])
    discount = (rng.random(n) < np.choose(kind, [0.05, 0.3, 0.8])).astype(float)
    return np.stack([amount, days, discount], 1), kind


rng = np.random.default_rng(64)
table, kind = make_invoices(12000, rng)
mean, std = table[:, :2].mean(0), table[:, :2].std(0)
x_train = table.astype("float32")
x_train[:, :2] = (table[:, :2] - mean) / std


class Generator(keras.Model):
    def __init__(self):
        super().__init__()
        self.body = keras.Sequential([layers.Dense(96, activation="relu"), layers.Dense(96, activation="relu")])
        self.numbers = layers.Dense(2)
        self.flag = layers.Dense(1, activation="sigmoid")

    def call(self, z):
        h = self.body(z)
        return tf.concat([self.numbers(h), self.flag(h)], axis=1)


generator = Generator()
generator(tf.zeros((1, Z)))
discriminator = keras.Sequential([
    keras.Input((3 * PAC,)),
    layers.Dense(128, activation="leaky_relu"),
    layers.Dense(128, activation="leaky_relu"),
    layers.Dense(1),
])
gen_opt = keras.optimizers.Adam(4e-4, beta_1=0.5)
dis_opt = keras.optimizers.Adam(4e-4, beta_1=0.5)


def packed(rows):
    return tf.reshape(rows, (ROWS // PAC, 3 * PAC))


@tf.function
def train(x):
    with tf.GradientTape() as td:
        pr = discriminator(packed(x))
        pf = discriminator(packed(generator(tf.random.normal((ROWS, Z)))))
        dl = tf.reduce_mean(tf.nn.softplus(-pr)) + tf.reduce_mean(tf.nn.softplus(pf))
    dv = discriminator.trainable_variables
    dis_opt.apply_gradients(zip(td.gradient(dl, dv), dv))
    with tf.GradientTape() as tg:
        pf = discriminator(packed(generator(tf.random.normal((ROWS, Z)))))
        gl = tf.reduce_mean(tf.nn.softplus(-pf))
    gv = generator.trainable_variables
    gen_opt.apply_gradients(zip(tg.gradient(gl, gv), gv))
    return dl, gl


for step in range(int(os.environ.get("STEPS", 5000))):
    dl, gl = train(tf.constant(x_train[rng.integers(0, len(x_train), ROWS)]))
    if step % 1000 == 0:
        print("step", step, "dis", float(dl), "gen", float(gl))

f = generator(tf.random.normal((6000, Z))).numpy()
amount = f[:, 0] * std[0] + mean[0]
print("mean/std amount data %.2f/%.2f synth %.2f/%.2f" % (
    table[:, 0].mean(), table[:, 0].std(), amount.mean(), amount.std()))
print("share small, medium, big: data", [round(float((kind == k).mean()), 2) for k in range(3)],
      "synth", [round(float(v), 2) for v in ((amount < 4.6).mean(), ((amount >= 4.6) & (amount < 7)).mean(), (amount >= 7).mean())])
for lo, hi in ((0, 4.6), (4.6, 7), (7, 99)):
    m = (amount >= lo) & (amount < hi)
    t = (table[:, 0] >= lo) & (table[:, 0] < hi)
    print("discount rate data %.2f synth %.2f" % (table[t, 2].mean(), (f[m, 2] > 0.5).mean()))
