# Synthetic pump log for the test bench: flow, pressure, power, temperature
import os

import numpy as np
import tensorflow as tf
from tensorflow import keras
from tensorflow.keras import layers

np.random.seed(3)
tf.random.set_seed(3)
STEPS = int(os.environ.get("STEPS", 5000))
BATCH = 128
NOISE = 8

# ---- data: a pump at varying speed
n = 8000
speed = np.random.uniform(0.5, 1.0, n)
flow = 120 * speed + np.random.normal(0, 3, n)
pressure = 6.5 * speed ** 2 + np.random.normal(0, 0.15, n)
power = 15 * speed ** 3 + 0.02 * flow + np.random.normal(0, 0.3, n)
temp = 40 + 1.2 * power + np.random.normal(0, 1, n)
columns = ["flow", "pressure", "power", "temp"]
table = np.stack([flow, pressure, power, temp], axis=1)

lo, hi = table.min(axis=0), table.max(axis=0)


def scale(t):
    return (t - lo) / (hi - lo) * 2 - 1


def unscale(t):
    return (t + 1) / (2 * (hi - lo)) + lo


x_train = scale(table).astype("float32")

# ---- models
gen = keras.Sequential([
    layers.Input((NOISE,)),
    layers.Dense(64, activation="relu"),
    layers.Dense(64, activation="relu"),
    layers.Dense(4, activation="tanh"),
])
disc = keras.Sequential([
    layers.Input((4,)),
    layers.Dense(64),
    layers.LeakyReLU(negative_slope=0.2),
    layers.Dense(64),
    layers.LeakyReLU(negative_slope=0.2),
    layers.Dense(1),
])
bce = keras.losses.BinaryCrossentropy(from_logits=True)
g_opt = keras.optimizers.Adam(5e-4, beta_1=0.5)
d_opt = keras.optimizers.Adam(5e-4, beta_1=0.5)


@tf.function
def d_step(real):
    fake = gen(tf.random.normal((BATCH, NOISE)), training=True)
    with tf.GradientTape() as tape:
        out_r = disc(real, training=True)
        out_f = disc(fake, training=True)
        loss = bce(tf.ones_like(out_r), out_r) + bce(tf.zeros_like(out_f), out_f)
    grads = tape.gradient(loss, disc.trainable_variables)
    d_opt.apply_gradients(zip(grads, disc.trainable_variables))
    return loss


@tf.function
def g_step():
    with tf.GradientTape() as tape:
        out = disc(gen(tf.random.normal((BATCH, NOISE)), training=True), training=True)
        loss = bce(tf.ones_like(out), out)
    grads = tape.gradient(loss, gen.trainable_variables)
    g_opt.apply_gradients(zip(grads, gen.trainable_variables))
    return loss


for step in range(STEPS):
    rows = x_train[np.random.randint(0, n, BATCH)]
    dl = d_step(tf.constant(rows))
    gl = g_step()
    if step % 1000 == 0 or step == STEPS - 1:
        print(f"step {step:5d}  d {float(dl):.3f}  g {float(gl):.3f}")

# ---- compare the synthetic table with the log
synth = unscale(gen(tf.random.normal((4000, NOISE))).numpy())
for i, c in enumerate(columns):
    print(f"{c:9s} real {table[:, i].mean():8.2f} +- {table[:, i].std():6.2f}"
          f"   synth {synth[:, i].mean():8.2f} +- {synth[:, i].std():6.2f}")
