"""A 1-D convolutional GAN which makes short oscillations with a decaying envelope.
Samples are drawn from a moving average of the generator."""
import os

import keras
import numpy as np
import tensorflow as tf
from keras import layers

LENGTH = 64
LATENT = 16
BATCH = 64
STEPS = int(os.environ.get("STEPS", 1200))
EMA_DECAY = 0.99


def make_signals(n, seed=0):
    rng = np.random.default_rng(seed)
    t = np.linspace(0, 1, LENGTH)[None]
    frequency = rng.uniform(2, 5, (n, 1))
    phase = rng.uniform(0, 2 * np.pi, (n, 1))
    decay = rng.uniform(0.5, 2.5, (n, 1))
    wave = np.exp(-decay * t) * np.sin(2 * np.pi * frequency * t + phase)
    return (0.9 * wave + 0.02 * rng.normal(size=wave.shape)).astype("float32")[..., None]


def build_generator():
    return keras.Sequential([
        keras.Input((LATENT,)),
        layers.Dense(16 * 32, use_bias=False),
        layers.BatchNormalization(),
        layers.LeakyReLU(0.2),
        layers.Reshape((16, 32)),
        layers.Conv1DTranspose(32, 8, strides=2, padding="same", use_bias=False),
        layers.BatchNormalization(),
        layers.LeakyReLU(0.2),
        layers.Conv1DTranspose(16, 8, strides=2, padding="same", use_bias=False),
        layers.BatchNormalization(),
        layers.LeakyReLU(0.2),
        layers.Conv1D(1, 7, padding="same", activation="tanh"),
    ])


def build_discriminator():
    return keras.Sequential([
        keras.Input((LENGTH, 1)),
        layers.Conv1D(24, 8, strides=2, padding="same"),
        layers.LeakyReLU(0.2),
        layers.Conv1D(48, 8, strides=2, padding="same"),
        layers.LeakyReLU(0.2),
        layers.Flatten(),
        layers.Dense(1),
    ])


keras.utils.set_random_seed(5)
generator = build_generator()
discriminator = build_discriminator()
ema_generator = keras.models.clone_model(generator)
ema_generator.set_weights(generator.get_weights())
g_optimizer = keras.optimizers.Adam(4e-4, beta_1=0.5)
d_optimizer = keras.optimizers.Adam(4e-4, beta_1=0.5)


@tf.function
def train_step(iterator):
    real = next(iterator)
    noise = tf.random.normal((BATCH, LATENT))
    with tf.GradientTape(persistent=True) as tape:
        fake = generator(noise, training=True)
        real_out = discriminator(real, training=True)
        fake_out = discriminator(fake, training=True)
        d_loss = tf.reduce_mean(tf.nn.softplus(-real_out)) + tf.reduce_mean(tf.nn.softplus(fake_out))
        g_loss = tf.reduce_mean(tf.nn.softplus(-fake_out))
    d_variables, g_variables = discriminator.trainable_variables, generator.trainable_variables
    d_optimizer.apply(tape.gradient(d_loss, d_variables), d_variables)
    g_optimizer.apply(tape.gradient(g_loss, g_variables), g_variables)
    for average, weight in zip(ema_generator.trainable_variables, generator.trainable_variables):
        average.assign(EMA_DECAY * average + (1.0 - EMA_DECAY) * weight)
    return d_loss, g_loss


signals = make_signals(8192)
dataset = tf.data.Dataset.from_tensor_slices(signals).shuffle(8192).repeat().batch(BATCH)
iterator = iter(dataset)
epoch_steps = max(1, STEPS // 8)
total = np.zeros(2)
for step in range(1, STEPS + 1):
    total += [float(v) for v in train_step(iterator)]
    if step % epoch_steps == 0:
        d, g = total / epoch_steps
        print(f"epoch {step // epoch_steps}/8  d_loss {d:.4f}  g_loss {g:.4f}")
        total[:] = 0

samples = ema_generator(tf.random.normal((512, LATENT)), training=False).numpy()
for name, x in (("data", signals), ("samples", samples)):
    roughness = np.abs(np.diff(x, axis=1)).mean()
    print(f"{name:8s} amplitude {np.abs(x).max(axis=1).mean():.3f} roughness {roughness:.3f}")
