"""Hinge GAN for heartbeat-like traces of 48 points. Flat script, one tape for each network."""
import os
import numpy as np
import tensorflow as tf
import keras
from keras import layers

rng = np.random.default_rng(5)
keras.utils.set_random_seed(5)
N, T, LATENT, BATCH = 8000, 48, 12, 64
STEPS = min(5000, int(os.environ.get("STEPS", 5000)))


def bump(t, c, w, a):
    return a * np.exp(-0.5 * ((t - c) / w) ** 2)


def heartbeat(n):
    t = np.arange(T)[None, :]
    shift = rng.uniform(-3, 3, (n, 1))
    qrs = rng.uniform(0.9, 1.3, (n, 1))
    x = bump(t, 12 + shift, 2.0, 0.15)          # P wave
    x = x + bump(t, 21 + shift, 0.9, qrs)       # R peak
    x = x - bump(t, 24 + shift, 1.0, 0.25 * qrs)
    x = x + bump(t, 34 + shift, 3.0, rng.uniform(0.2, 0.35, (n, 1)))  # T wave
    return x + rng.normal(0, 0.01, (n, T))


traces = heartbeat(N)
mean, std = traces.mean(), traces.std()
x_train = ((traces - mean) / std).astype("float32")   # standardised

gen = keras.Sequential([
    layers.Input((LATENT,)),
    layers.Dense(128, activation="relu"),
    layers.Dense(128, activation="relu"),
    layers.Dense(T, activation="tanh"),
])
disc = keras.Sequential([
    layers.Input((T,)),
    layers.SpectralNormalization(layers.Dense(128)),
    layers.LeakyReLU(negative_slope=0.2),
    layers.SpectralNormalization(layers.Dense(128)),
    layers.LeakyReLU(negative_slope=0.2),
    layers.SpectralNormalization(layers.Dense(1)),
])
g_opt = keras.optimizers.Adam(5e-4, beta_1=0.0, beta_2=0.9)
d_opt = keras.optimizers.Adam(1e-3, beta_1=0.0, beta_2=0.9)


@tf.function
def update(real):
    z = tf.random.normal((BATCH, LATENT))
    with tf.GradientTape() as tape:
        s_real = disc(real, training=True)
        s_fake = disc(gen(z, training=True), training=True)
        d_loss = tf.reduce_mean(tf.nn.relu(1.0 - s_real)) + tf.reduce_mean(tf.nn.relu(1.0 + s_fake))
    d_opt.apply_gradients(zip(tape.gradient(d_loss, disc.trainable_variables), disc.trainable_variables))

    z = tf.random.normal((BATCH, LATENT))
    with tf.GradientTape() as tape:
        g_loss = -tf.reduce_mean(disc(gen(z, training=True), training=False))
    g_opt.apply_gradients(zip(tape.gradient(g_loss, gen.trainable_variables), gen.trainable_variables))
    return d_loss, g_loss


for it in range(1, STEPS + 1):
    real = tf.convert_to_tensor(x_train[rng.integers(0, N, BATCH)])
    dl, gl = update(real)
    if it % 1000 == 0 or it == STEPS:
        print("it %d  D %.3f  G %.3f" % (it, dl, gl))

z = tf.random.normal((400, LATENT))
fake_traces = gen(z, training=False).numpy() * std + mean
print("R peak of samples %.2f, of data %.2f" % (fake_traces.max(1).mean(), traces.max(1).mean()))
print("point std of samples %.3f, of data %.3f" % (fake_traces.std(), traces.std()))
