"""Eight Gaussians on a ring, learnt by a small least squares GAN. Everything is written out in the loop."""
import os

import numpy as np
import tensorflow as tf
import keras
from keras import layers

keras.utils.set_random_seed(1)
rng = np.random.default_rng(1)

STEPS = int(os.environ.get("STEPS", 900))
BATCH = 256
NOISE = 8
PER_EPOCH = 100

# %% data
angles = 2 * np.pi * np.arange(8) / 8
centres = 2.0 * np.stack([np.cos(angles), np.sin(angles)], axis=1)


def sample_ring(n):
    picked = rng.integers(0, 8, n)
    return (centres[picked] + 0.1 * rng.normal(size=(n, 2))).astype("float32")


# %% networks
G = keras.Sequential([
    keras.Input((NOISE,)),
    layers.Dense(64, activation="relu"),
    layers.Dense(64, activation="relu"),
    layers.Dense(2),
])
D = keras.Sequential([
    keras.Input((2,)),
    layers.Dense(64),
    layers.LeakyReLU(0.2),
    layers.Dense(64),
    layers.LeakyReLU(0.2),
    layers.Dense(1),
])
opt_g = keras.optimizers.Adam(1e-3, beta_1=0.5)
opt_d = keras.optimizers.Adam(1e-3, beta_1=0.5)

targets = tf.concat([tf.ones(BATCH), tf.zeros(BATCH)], axis=0)

# %% training
history = []
for step in range(1, STEPS + 1):
    real = tf.constant(sample_ring(BATCH))
    noise = tf.random.normal((BATCH, NOISE))
    fake = G(noise, training=False)
    both = tf.concat([real, fake], axis=0)

    with tf.GradientTape() as tape:
        scores = D(both, training=True)
        d_loss = tf.reduce_mean(tf.square(scores - targets))
    d_grads = tape.gradient(d_loss, D.trainable_variables)
    opt_d.apply_gradients(zip(d_grads, D.trainable_variables))

    noise = tf.random.normal((BATCH, NOISE))
    with tf.GradientTape() as tape:
        scores = D(G(noise, training=True), training=True)
        g_loss = tf.reduce_mean(tf.square(scores - 1.0))
    g_grads = tape.gradient(g_loss, G.trainable_variables)
    opt_g.apply_gradients(zip(g_grads, G.trainable_variables))

    history.append((float(d_loss), float(g_loss)))
    if step % PER_EPOCH == 0 or step == STEPS:
        d, g = np.mean(history[-PER_EPOCH:], axis=0)
        print(f"step {step:5d}   d_loss {d:.4f}   g_loss {g:.4f}")

# %% how many of the eight are hit
points = G(tf.random.normal((2000, NOISE)), training=False).numpy()
distance = np.linalg.norm(points[:, None] - centres[None], axis=2)
near = distance.min(axis=1) < 0.3
hit = np.unique(distance.argmin(axis=1)[near])
print(f"points near a centre: {near.mean():.1%}, centres hit: {len(hit)} of 8")
