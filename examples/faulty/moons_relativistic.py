"""Relativistic average GAN (Jolicoeur-Martineau 2018) on the two moons."""
import os

import keras
import numpy as np
import tensorflow as tf

SEED = 5
LATENT = 8
BATCH = 192
STEPS = int(os.environ.get("STEPS", 5000))

keras.utils.set_random_seed(SEED)


def two_moons(n, rng):
    t = rng.uniform(0, np.pi, n)
    upper = rng.random(n) < 0.5
    x = np.where(upper, np.cos(t), 1 - np.cos(t)) - 0.5
    y = np.where(upper, np.sin(t), 0.5 - np.sin(t)) - 0.25
    pts = np.stack([x, y], 1) + rng.normal(0, 0.05, (n, 2))
    return pts.astype("float32")


def build(n_in, n_out, width):
    return keras.Sequential([
        keras.Input(shape=(n_in,)),
        keras.layers.Dense(width, activation="leaky_relu"),
        keras.layers.Dense(width, activation="leaky_relu"),
        keras.layers.Dense(n_out),
    ])


points = two_moons(8000, np.random.default_rng(SEED))
dataset = tf.data.Dataset.from_tensor_slices(points).shuffle(8000, seed=SEED).repeat().batch(BATCH)

gen = build(LATENT, 2, 96)
disc = build(2, 1, 96)
gen_opt = keras.optimizers.Adam(5e-4, beta_1=0.5, beta_2=0.99)
disc_opt = keras.optimizers.Adam(1e-3, beta_1=0.5, beta_2=0.99)
bce = keras.losses.BinaryCrossentropy(from_logits=True)


def relative_logits(real_out, fake_out):
    """How much more real than the average of the other side."""
    real_rel = real_out - tf.reduce_mean(fake_out)
    fake_rel = tf.reduce_mean(real_out) - fake_out
    return real_rel, fake_rel


@tf.function
def train_step(real):
    z = tf.random.normal((BATCH, LATENT))
    with tf.GradientTape() as d_tape:
        fake = gen(z, training=True)
        real_rel, fake_rel = relative_logits(disc(real, training=True), disc(fake, training=True))
        d_loss = bce(tf.ones_like(real_rel), real_rel) + bce(tf.zeros_like(fake_rel), fake_rel)
    d_grads = d_tape.gradient(d_loss, disc.trainable_variables)
    disc_opt.apply_gradients(zip(d_grads, disc.trainable_variables))

    z = tf.random.normal((BATCH, LATENT))
    with tf.GradientTape() as g_tape:
        fake = gen(z, training=True)
        real_rel, fake_rel = relative_logits(disc(real, training=True), disc(fake, training=True))
        g_loss = bce(tf.ones_like(fake_rel), fake_rel) + bce(tf.zeros_like(real_rel), real_rel)
    g_grads = g_tape.gradient(g_loss, gen.trainable_variables)
    gen_opt.apply_gradients(zip(g_grads, gen.trainable_variables))
    return d_loss, g_loss


for step, batch in enumerate(dataset.take(STEPS), start=1):
    d_loss, g_loss = train_step(batch)
    if step % 500 == 0:
        print(f"step {step}: d_loss={float(d_loss):.4f} g_loss={float(g_loss):.4f}")

fake = gen(tf.random.normal((2000, LATENT))).numpy()
ref = points[:2000]
dist = np.sqrt(((fake[:, None] - ref[None]) ** 2).sum(-1))
print("mean distance of a sample to the nearest real point: %.3f" % dist.min(axis=1).mean())
print("mean distance of a real point to the nearest sample: %.3f" % dist.min(axis=0).mean())
print("real mean/std", ref.mean(0), ref.std(0), "fake mean/std", fake.mean(0), fake.std(0))
