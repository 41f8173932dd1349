"""Relativistic average GAN for short 1-D signals (damped sines, 32 samples)."""
import os
import keras
import numpy as np
import tensorflow as tf
from keras import layers

keras.utils.set_random_seed(64)
LEN, NZ, BS = 32, 12, 64
N = min(5000, int(os.environ.get("STEPS", 5000)))


def signals(n, rng):
    t = np.linspace(0, 1, LEN)[None]
    f = rng.uniform(1.5, 2.5, (n, 1))
    phase = rng.uniform(-0.7, 0.7, (n, 1))
    amp = rng.uniform(0.6, 1.0, (n, 1))
    x = amp * np.exp(-1.0 * t) * np.sin(2 * np.pi * f * t + phase)
    return (x + rng.normal(0, 0.05, x.shape)).astype("float32")


class Gen(keras.Model):
    def __init__(self):
        super().__init__()
        self.fc1 = layers.Dense(128, activation="leaky_relu")
        self.fc2 = layers.Dense(128, activation="leaky_relu")
        self.out = layers.Dense(LEN)

    def call(self, z):
        return self.out(self.fc2(self.fc1(z)))


class Disc(keras.Model):
    def __init__(self):
        super().__init__()
        self.noise = layers.GaussianNoise(0.1)
        self.fc1 = layers.Dense(128, activation="leaky_relu")
        self.fc2 = layers.Dense(128, activation="leaky_relu")
        self.score = layers.Dense(1)

    def call(self, x, training=False):
        return self.score(self.fc2(self.fc1(self.noise(x, training=training))))


G, D = Gen(), Disc()
g_opt = keras.optimizers.Adam(5e-4, beta_1=0.5)
d_opt = keras.optimizers.Adam(5e-4, beta_1=0.5)


def bce(logits, target):
    return tf.reduce_mean(tf.nn.sigmoid_cross_entropy_with_logits(labels=target * tf.ones_like(logits), logits=logits))


def relativistic(c_real, c_fake):
    return c_real - tf.reduce_mean(c_fake), c_fake - tf.reduce_mean(c_real)


@tf.function
def step(x):
    z = tf.random.normal((BS, NZ))
    with tf.GradientTape() as tape:
        r, f = relativistic(D(x, training=True), D(G(z), training=True))
        d_loss = 0.5 * (bce(r, 1.0) + bce(f, 0.0))
    grads = tape.gradient(d_loss, D.trainable_variables)
    d_opt.apply_gradients(zip(grads, D.trainable_variables))

    z = tf.random.normal((BS, NZ))
    with tf.GradientTape() as tape:
        r, f = relativistic(D(x, training=True), D(G(z), training=True))
        g_loss = 0.5 * (bce(r, 1.0) + bce(f, 0.0))
    grads = tape.gradient(g_loss, G.trainable_variables)
    g_opt.apply_gradients(zip(grads, G.trainable_variables))
    return d_loss, g_loss


rng = np.random.default_rng(64)
train = signals(10000, rng)
for i in range(N):
    dl, gl = step(train[rng.integers(0, len(train), BS)])
    if i % 1000 == 0:
        print("%5d  D %.4f  G %.4f" % (i, dl, gl))

fake = G(tf.random.normal((500, NZ))).numpy()
err = np.sqrt(((fake[:, None] - train[None, :4000]) ** 2).mean(2)).min(1)
print("amplitude real %.2f fake %.2f" % (np.abs(train).max(1).mean(), np.abs(fake).max(1).mean()))
print("rms distance to the nearest training signal: %.3f" % err.mean())
