"""Daily returns of three stocks (heavy tails). Averaged generator, learning rates that end at zero."""
import os

import keras
import numpy as np
import tensorflow as tf
from keras import layers

keras.utils.set_random_seed(71)
rng = np.random.default_rng(71)
STEPS = int(os.environ.get("STEPS", 5000))
BATCH, NZ, D_PER_G = 128, 8, 2

# market factor plus own movements, student-t
market = rng.standard_t(6, 9000)
beta = np.array([0.6, 1.0, 1.4])
returns = 0.0004 + 0.007 * beta * market[:, None] + 0.006 * rng.standard_t(6, (9000, 3))   # fractions

# returns are tiny and heavy-tailed: asinh of the z-score keeps the tails and tames them
sd = returns.std(0)
X = np.arcsinh(returns / sd).astype("float32")


def back(v):
    return np.sinh(v) * sd


def build_gen():
    return keras.Sequential([
        keras.Input((NZ,)),
        layers.Dense(64, activation="relu"),
        layers.Dense(64, activation="relu"),
        layers.Dense(3)])


gen, ema = build_gen(), build_gen()
ema.set_weights(gen.get_weights())
disc = keras.Sequential([
    keras.Input((3,)),
    layers.Dense(64, activation="leaky_relu"),
    layers.Dense(64, activation="leaky_relu"), layers.Dense(1)])

g_opt = keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(2e-4, STEPS), beta_1=0.5)
d_opt = keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(1e-3, STEPS * D_PER_G), beta_1=0.5)


@tf.function
def d_step(x):
    fake = gen(tf.random.normal((BATCH, NZ)), training=True)
    with tf.GradientTape() as tape:
        r, f = disc(x, training=True), disc(fake, training=True)
        loss = tf.reduce_mean(tf.nn.relu(1 - r)) + tf.reduce_mean(tf.nn.relu(1 + f))
    d_opt.apply(tape.gradient(loss, disc.trainable_variables), disc.trainable_variables)
    return loss


@tf.function
def g_step(decay):
    with tf.GradientTape() as tape:
        f = disc(gen(tf.random.normal((BATCH, NZ)), training=True), training=True)
        loss = -tf.reduce_mean(f)
    g_opt.apply(tape.gradient(loss, gen.trainable_variables), gen.trainable_variables)
    for a, w in zip(ema.variables, gen.variables):
        a.assign(decay * a + (1 - decay) * w)
    return loss


for i in range(STEPS):
    for _ in range(D_PER_G):
        dl = d_step(tf.constant(X[rng.integers(0, len(X), BATCH)]))
    gl = g_step(tf.constant(min(0.995, (1 + i) / (10 + i)), tf.float32))
    if i % 1000 == 0 or i == STEPS - 1:
        print("step", i, "d %.3f g %.3f" % (dl, gl))

s = back(ema.predict(rng.normal(size=(9000, NZ)), verbose=0))
print("std  data", returns.std(0).round(4), "synthetic", s.std(0).round(4))
print("1% quantile data", np.quantile(returns, 0.01, 0).round(3), "synthetic", np.quantile(s, 0.01, 0).round(3))
print("correlations data", np.corrcoef(returns.T)[np.triu_indices(3, 1)].round(2),
      "synthetic", np.corrcoef(s.T)[np.triu_indices(3, 1)].round(2))
