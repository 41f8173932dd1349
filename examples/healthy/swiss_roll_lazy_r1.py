"""2-D Swiss roll, non-saturating loss, R1 penalty on the real points every 8th step."""
import os

import keras
import numpy as np
import tensorflow as tf
from keras import layers

keras.utils.set_random_seed(2)
rng = np.random.default_rng(2)
BATCH, Z = 128, 8
GAMMA, R1_EVERY = 0.1, 8
STEPS = int(os.environ.get("STEPS", 6000))


def roll(n):
    t = 1.5 * np.pi * (1 + 2 * rng.uniform(0, 1, n))
    p = np.stack([t * np.cos(t), t * np.sin(t)], 1) / 7.5
    return (p + rng.normal(0, 0.03, p.shape)).astype("float32")


G = keras.Sequential([keras.Input((Z,)), layers.Dense(128, activation="leaky_relu"),
                      layers.Dense(128, activation="leaky_relu"), layers.Dense(2)])
D = keras.Sequential([keras.Input((2,)), layers.Dense(128, activation="leaky_relu"),
                      layers.Dense(128, activation="leaky_relu"), layers.Dense(1)])
g_opt = keras.optimizers.Adam(5e-4, beta_1=0.0, beta_2=0.99)
d_opt = keras.optimizers.Adam(1e-3, beta_1=0.0, beta_2=0.99)


def logistic_d(x):
    fake = G(tf.random.normal((BATCH, Z)))
    return tf.reduce_mean(tf.nn.softplus(D(fake))) + tf.reduce_mean(tf.nn.softplus(-D(x)))


@tf.function
def d_step(x):
    with tf.GradientTape() as tape:
        loss = logistic_d(x)
    d_opt.apply(tape.gradient(loss, D.trainable_variables), D.trainable_variables)
    return loss


@tf.function
def d_step_r1(x):
    with tf.GradientTape() as tape:
        loss = logistic_d(x)
        with tf.GradientTape() as inner:
            inner.watch(x)
            total = tf.reduce_sum(D(x))
        grad = inner.gradient(total, x)
        r1 = tf.reduce_mean(tf.reduce_sum(grad ** 2, axis=1))
        # seldom, therefore R1_EVERY times stronger
        full = loss + R1_EVERY * GAMMA / 2 * r1
    d_opt.apply(tape.gradient(full, D.trainable_variables), D.trainable_variables)
    return loss


@tf.function
def g_step():
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean(tf.nn.softplus(-D(G(tf.random.normal((BATCH, Z))))))
    g_opt.apply(tape.gradient(loss, G.trainable_variables), G.trainable_variables)
    return loss


for i in range(STEPS):
    x = tf.constant(roll(BATCH))
    dl = d_step_r1(x) if i % R1_EVERY == 0 else d_step(x)
    gl = g_step()
    if i % 1000 == 0:
        print(f"{i:6d} d {float(dl):.3f} g {float(gl):.3f}")

s = G.predict(rng.normal(size=(1500, Z)), verbose=0)
ref = roll(3000)
d = np.sqrt(((s[:, None] - ref[None]) ** 2).sum(-1))
print("sample to roll %.3f  roll to sample %.3f" % (d.min(1).mean(), d.min(0).mean()))
