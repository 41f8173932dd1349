"""A small least-squares GAN that learns to draw sine waves of random frequency, amplitude and phase.

Everything runs eagerly, with the tapes written straight into the training loop.
"""
import os
import time

import keras
import numpy as np
import tensorflow as tf
from keras import layers

keras.utils.set_random_seed(7)

STEPS = int(os.environ.get("STEPS", 700))
STEPS_PER_EPOCH = 50
BATCH = 48
POINTS = 64
LATENT = 12

# ---------------------------------------------------------------- data
rng = np.random.default_rng(0)


def make_waves(n):
    t = np.linspace(0.0, 1.0, POINTS, dtype="float32")[None, :]
    freq = rng.uniform(1.0, 3.0, (n, 1))
    amp = rng.uniform(0.5, 0.9, (n, 1))
    phase = rng.uniform(0.0, 2 * np.pi, (n, 1))
    return (amp * np.sin(2 * np.pi * freq * t + phase)).astype("float32")


waves = make_waves(6000)
print("waves:", waves.shape, "min", waves.min(), "max", waves.max())

# ---------------------------------------------------------------- networks
generator = keras.Sequential(
    [
        keras.Input((LATENT,)),
        layers.Dense(96),
        layers.LeakyReLU(negative_slope=0.2),
        layers.Dense(128),
        layers.LeakyReLU(negative_slope=0.2),
        layers.Dense(POINTS, activation="tanh"),
    ],
    name="wave_generator",
)

discriminator = keras.Sequential(
    [
        keras.Input((POINTS,)),
        layers.Reshape((POINTS, 1)),
        layers.Conv1D(16, 5, strides=2, padding="same"),
        layers.LeakyReLU(negative_slope=0.2),
        layers.Conv1D(32, 5, strides=2, padding="same"),
        layers.LeakyReLU(negative_slope=0.2),
        layers.Flatten(),
        layers.Dense(1),
    ],
    name="wave_discriminator",
)

g_opt = keras.optimizers.Adam(5e-4, beta_1=0.5)
d_opt = keras.optimizers.Adam(5e-4, beta_1=0.5)

# ---------------------------------------------------------------- training
d_log, g_log = [], []
start = time.time()

for step in range(1, STEPS + 1):
    real = waves[rng.integers(0, len(waves), BATCH)]
    noise = tf.random.normal((BATCH, LATENT))
    fake = generator(noise, training=True)

    both = tf.concat([real, fake], axis=0)
    targets = np.concatenate([np.ones((BATCH, 1)), np.zeros((BATCH, 1))]).astype("float32")

    with tf.GradientTape() as tape:
        scores = tf.squeeze(discriminator(both, training=True))
        d_loss = tf.reduce_mean(tf.square(scores - targets))
    grads = tape.gradient(d_loss, discriminator.trainable_variables)
    d_opt.apply_gradients(zip(grads, discriminator.trainable_variables))

    noise = tf.random.normal((BATCH, LATENT))
    with tf.GradientTape() as tape:
        scores = tf.squeeze(discriminator(generator(noise, training=True), training=True))
        g_loss = tf.reduce_mean(tf.square(scores - 1.0))
    grads = tape.gradient(g_loss, generator.trainable_variables)
    g_opt.apply_gradients(zip(grads, generator.trainable_variables))

    d_log.append(float(d_loss))
    g_log.append(float(g_loss))
    if step % STEPS_PER_EPOCH == 0 or step == STEPS:
        print(
            f"epoch {(step - 1) // STEPS_PER_EPOCH + 1:3d}  d_loss {np.mean(d_log):.4f}  "
            f"g_loss {np.mean(g_log):.4f}  ({time.time() - start:.1f}s)"
        )
        d_log, g_log = [], []

sample = generator(tf.random.normal((256, LATENT)), training=False).numpy()
print("sample std per wave:", sample.std(axis=1).mean(), " real:", waves.std(axis=1).mean())
