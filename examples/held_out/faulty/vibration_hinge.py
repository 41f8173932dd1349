"""Bearing vibration snippets (64 samples of an accelerometer) with a hinge GAN."""
import os
import numpy as np
import tensorflow as tf
from tensorflow import keras
from tensorflow.keras import layers as L

SEED = 5
keras.utils.set_random_seed(SEED)
rs = np.random.RandomState(SEED)

T = 64
N = 4000
STEPS = int(os.environ.get("STEPS", 3000))
BS = 64
ZD = 16

t = np.arange(T) / T
f = rs.uniform(3.2, 4.8, (N, 1))
phase = rs.uniform(0, 2 * np.pi, (N, 1))
amp = rs.uniform(0.6, 1.0, (N, 1))
signals = amp * np.sin(2 * np.pi * f * t + phase) + 0.03 * rs.randn(N, T)
signals = signals[..., None].astype(np.float32)


def make_G():
    z = keras.Input((ZD,))
    h = L.Dense(128, activation="relu")(z)
    h = L.Dense(128, activation="relu")(h)
    h = L.Reshape((T, 1))(L.Dense(T)(h))
    return keras.Model(z, h)


def make_D():
    x = keras.Input((T, 1))
    h = x
    for ch in (16, 32, 64):
        h = L.Conv1D(ch, 5, strides=2, padding="same")(h)
        h = L.LeakyReLU(negative_slope=0.2)(h)
    h = L.Flatten()(h)
    return keras.Model(x, L.Dense(1)(h))


G, D = make_G(), make_D()
optG = keras.optimizers.Adam(3e-4, beta_1=0.0, beta_2=0.9)
optD = keras.optimizers.Adam(3e-4, beta_1=0.0, beta_2=0.9)


def hinge_d(real, fake):
    return tf.reduce_mean(tf.nn.relu(1.0 - real)) + tf.reduce_mean(tf.nn.relu(1.0 + fake))


def hinge_g(fake):
    return -tf.reduce_mean(tf.nn.relu(fake))


@tf.function
def d_step(x):
    z = tf.random.normal((BS, ZD))
    x_hat = G(z, training=True)
    with tf.GradientTape() as tape:
        loss = hinge_d(D(x, training=True), D(x_hat, training=True))
    optD.apply_gradients(zip(tape.gradient(loss, D.trainable_variables), D.trainable_variables))
    return loss


@tf.function
def g_step():
    z = tf.random.normal((BS, ZD))
    with tf.GradientTape() as tape:
        loss = hinge_g(D(G(z, training=True), training=True))
    optG.apply_gradients(zip(tape.gradient(loss, G.trainable_variables), G.trainable_variables))
    return loss


for i in range(STEPS):
    x = signals[rs.randint(0, N, BS)]
    ld = d_step(tf.constant(x))
    lg = g_step()
    if i % 300 == 0:
        print("iter", i, "D", float(ld), "G", float(lg))

fake = G.predict(rs.randn(1000, ZD).astype("float32"), verbose=0)[..., 0]
spec_r = np.abs(np.fft.rfft(signals[:1000, :, 0])).mean(0)
spec_f = np.abs(np.fft.rfft(fake)).mean(0)
print("rms real", signals.std(), "rms generated", fake.std())
print("spectrum real     ", np.round(spec_r[:9], 1))
print("spectrum generated", np.round(spec_f[:9], 1))
