"""Conditional GAN for pump current profiles, one class per operating state (0 idle, 1 start-up, 2 steady, 3 cavitation)."""
import os
import numpy as np
import tensorflow as tf
import keras
from keras import layers

keras.utils.set_random_seed(99)

N_CLASSES, LENGTH, LATENT, BATCH = 4, 32, 12, 64
STEPS = int(os.environ.get("STEPS", 3500))


def simulate(state, rng):
    """One profile per entry of `state`."""
    t = np.linspace(0, 1, LENGTH)[None]
    n = len(state)
    level = rng.uniform(0.6, 0.9, (n, 1))
    idle = -0.8 + 0 * t + rng.uniform(-0.08, 0.08, (n, 1))
    start = -0.8 + (level + 0.8) / (1 + np.exp(-(t - rng.uniform(0.35, 0.6, (n, 1))) * 15))
    steady = level + 0 * t
    cav = level - 0.7 * np.abs(np.sin(2 * np.pi * (2 * t + rng.uniform(0, 1, (n, 1)))))
    both = np.stack([idle, start, steady, cav], 1)
    return (both[np.arange(n), state] + rng.normal(0, 0.02, (n, LENGTH))).astype("float32")


rng = np.random.default_rng(99)
labels = rng.integers(0, N_CLASSES, 6000)
profiles = simulate(labels, rng)
onehot = np.eye(N_CLASSES, dtype="float32")


def build_generator():
    z = layers.Input((LATENT,))
    c = layers.Input((N_CLASSES,))
    h = layers.Concatenate()([z, c])
    h = layers.Dense(128, activation="relu")(h)
    h = layers.Dense(128, activation="relu")(h)
    return keras.Model([z, c], layers.Dense(LENGTH, activation="tanh")(h))


def build_discriminator():
    x = layers.Input((LENGTH,))
    c = layers.Input((N_CLASSES,))
    h = layers.Concatenate()([x, c])
    h = layers.Dense(128)(h)
    h = layers.LeakyReLU(negative_slope=0.2)(h)
    h = layers.Dense(64)(h)
    h = layers.LeakyReLU(negative_slope=0.2)(h)
    return keras.Model([x, c], layers.Dense(1)(h))


G, D = build_generator(), build_discriminator()
g_opt = keras.optimizers.Adam(3e-4, beta_1=0.5)
d_opt = keras.optimizers.Adam(3e-4, beta_1=0.5)
bce = keras.losses.BinaryCrossentropy(from_logits=True)


def random_classes():
    return tf.one_hot(tf.random.uniform((BATCH,), 0, N_CLASSES, dtype=tf.int32), N_CLASSES)


@tf.function
def d_step(x, c):
    fake = G([tf.random.normal((BATCH, LATENT)), c], training=True)
    with tf.GradientTape() as tape:
        real_logit = D([x, c], training=True)
        fake_logit = D([fake, c], training=True)
        loss = bce(tf.ones_like(real_logit), real_logit) + bce(tf.zeros_like(fake_logit), fake_logit)
    d_opt.apply_gradients(zip(tape.gradient(loss, D.trainable_variables), D.trainable_variables))
    return loss


@tf.function
def g_step():
    with tf.GradientTape() as tape:
        fake = G([tf.random.normal((BATCH, LATENT)), random_classes()], training=True)
        logit = D([fake, random_classes()], training=True)
        loss = bce(tf.ones_like(logit), logit)
    g_opt.apply_gradients(zip(tape.gradient(loss, G.trainable_variables), G.trainable_variables))
    return loss


for step in range(STEPS):
    pick = rng.integers(0, len(profiles), BATCH)
    dl = d_step(tf.constant(profiles[pick]), tf.constant(onehot[labels[pick]]))
    gl = g_step()
    if step % 500 == 0:
        print(f"{step:5d} d_loss={float(dl):.3f} g_loss={float(gl):.3f}")

# mean current per state, asked for and real
for k in range(N_CLASSES):
    c = tf.repeat(tf.constant(onehot[k:k + 1]), 300, axis=0)
    fake = G([tf.random.normal((300, LATENT)), c], training=False).numpy()
    real = profiles[labels == k]
    print(f"state {k}: mean real {real.mean():+.3f} fake {fake.mean():+.3f} | first sample of profile {real[:, 0].mean():+.3f} {fake[:, 0].mean():+.3f}"
          f" | rms between mean profiles {np.sqrt(((real.mean(0) - fake.mean(0)) ** 2).mean()):.3f}")
