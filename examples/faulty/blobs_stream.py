"""Vanilla GAN on six blobs that come from six simulated sensors, tf.data input."""
import os

import keras
import numpy as np
import tensorflow as tf
from keras import layers

keras.utils.set_random_seed(12)

BATCH_SIZE = 128
Z_DIM = 8
PER_SENSOR = 8000
STEPS = min(int(os.environ.get("STEPS", 4500)), 4500)
ANGLES = np.linspace(0, 2 * np.pi, 6, endpoint=False)
CENTRES = np.stack([np.cos(ANGLES), np.sin(ANGLES)], axis=1)


def load_sensors():
    """read sensor after sensor and put them into one table"""
    rng = np.random.default_rng(12)
    parts = [rng.normal(c, 0.06, size=(PER_SENSOR, 2)) for c in CENTRES]
    return np.concatenate(parts).astype("float32")


def make_dataset(table):
    ds = tf.data.Dataset.from_tensor_slices(table)
    ds = ds.shuffle(buffer_size=1024)
    ds = ds.repeat()
    ds = ds.batch(BATCH_SIZE, drop_remainder=True)
    return ds.prefetch(tf.data.AUTOTUNE)


def make_mlp(name, n_in, n_out):
    x = inputs = keras.Input((n_in,))
    for i in range(2):
        x = layers.Dense(128, activation="relu", name=f"{name}_{i}")(x)
    return keras.Model(inputs, layers.Dense(n_out, name=f"{name}_out")(x), name=name)


generator = make_mlp("generator", Z_DIM, 2)
discriminator = make_mlp("discriminator", 2, 1)
loss_fn = keras.losses.BinaryCrossentropy(from_logits=True)
gen_optimizer = keras.optimizers.Adam(1e-3, beta_1=0.5)
disc_optimizer = keras.optimizers.Adam(1e-3, beta_1=0.5)


@tf.function
def train_step(real):
    noise = tf.random.normal((BATCH_SIZE, Z_DIM))
    with tf.GradientTape() as tape:
        fake = generator(noise, training=True)
        logits = discriminator(tf.concat([real, fake], axis=0), training=True)
        targets = tf.concat([tf.ones((BATCH_SIZE, 1)), tf.zeros((BATCH_SIZE, 1))], axis=0)
        disc_loss = loss_fn(targets, logits)
    grads = tape.gradient(disc_loss, discriminator.trainable_variables)
    disc_optimizer.apply_gradients(zip(grads, discriminator.trainable_variables))

    noise = tf.random.normal((BATCH_SIZE, Z_DIM))
    with tf.GradientTape() as tape:
        gen_loss = loss_fn(tf.ones((BATCH_SIZE, 1)), discriminator(generator(noise, training=True), training=True))
    grads = tape.gradient(gen_loss, generator.trainable_variables)
    gen_optimizer.apply_gradients(zip(grads, generator.trainable_variables))
    return disc_loss, gen_loss


def report(n=1800):
    fake = generator(tf.random.normal((n, Z_DIM))).numpy()
    dist = np.linalg.norm(fake[:, None] - CENTRES[None], axis=2)
    hit = dist.min(1) < 0.2
    return hit.mean(), np.bincount(dist.argmin(1)[hit], minlength=6) / n


for step, batch in enumerate(make_dataset(load_sensors())):
    if step == STEPS:
        break
    disc_loss, gen_loss = train_step(batch)
    if step % 900 == 0:
        print(f"{step}: disc_loss={disc_loss:.4f} gen_loss={gen_loss:.4f}")

share, per_blob = report()
print("samples on a blob: %.3f, per blob:" % share, np.round(per_blob, 3))
