"""Homework 4: GAN on eight Gaussians arranged on a circle."""
import os

import numpy as np
import tensorflow as tf
from tensorflow import keras

np.random.seed(4)
tf.random.set_seed(4)
keras.utils.set_random_seed(4)

BATCH_SIZE = 128
NOISE_DIM = 8
NUM_STEPS = int(os.environ.get("STEPS", 6000))

angles = np.arange(8) * np.pi / 4
CENTERS = np.stack([np.cos(angles), np.sin(angles)], axis=1) * 1.5


def sample_real(n):
    k = np.random.randint(0, 8, n)
    return (CENTERS[k] + np.random.normal(0, 0.08, (n, 2))).astype("float32")


def mlp(n_in, n_out, act):
    return keras.Sequential([
        keras.layers.Input(shape=(n_in,)),
        keras.layers.Dense(128, activation=act),
        keras.layers.Dense(128, activation=act),
        keras.layers.Dense(n_out),
    ])


G = mlp(NOISE_DIM, 2, "relu")
D = mlp(2, 1, "leaky_relu")
g_optimizer = keras.optimizers.Adam(4e-4, beta_1=0.5)
d_optimizer = keras.optimizers.Adam(8e-4, beta_1=0.5)
bce = keras.losses.BinaryCrossentropy(from_logits=True)


@tf.function
def train_discriminator(real):
    noise = np.random.normal(size=(BATCH_SIZE, NOISE_DIM)).astype("float32")
    with tf.GradientTape() as tape:
        real_logits = D(real)
        fake_logits = D(G(noise))
        loss = bce(tf.ones_like(real_logits), real_logits) + bce(tf.zeros_like(fake_logits), fake_logits)
    grads = tape.gradient(loss, D.trainable_variables)
    d_optimizer.apply_gradients(zip(grads, D.trainable_variables))
    return loss


@tf.function
def train_generator():
    noise = np.random.normal(size=(BATCH_SIZE, NOISE_DIM)).astype("float32")
    with tf.GradientTape() as tape:
        fake_logits = D(G(noise))
        loss = bce(tf.ones_like(fake_logits), fake_logits)
    grads = tape.gradient(loss, G.trainable_variables)
    g_optimizer.apply_gradients(zip(grads, G.trainable_variables))
    return loss


for step in range(1, NUM_STEPS + 1):
    d_loss = train_discriminator(sample_real(BATCH_SIZE))
    g_loss = train_generator()
    if step % 1000 == 0 or step == 1:
        print(f"step {step}: d_loss={d_loss.numpy():.3f} g_loss={g_loss.numpy():.3f}")

fake = G(np.random.normal(size=(2000, NOISE_DIM)).astype("float32")).numpy()
dist = np.linalg.norm(fake[:, None] - CENTERS[None], axis=-1)
good = dist.min(1) < 0.24
print("samples within 3 sigma of a centre: %.2f" % good.mean())
print("samples per centre:", np.bincount(dist.argmin(1)[good], minlength=8))
