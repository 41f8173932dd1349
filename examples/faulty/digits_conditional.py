"""Class-conditional digit generator.

The discriminator sees the image and an embedding of the class; so does the generator.
"""
import os
import sys
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf
from keras import layers

sys.path.append(str(Path(__file__).resolve().parent.parent))
from digits import load_digits

keras.utils.set_random_seed(3)

N_CLASSES = 10
Z_DIM = 32
BATCH = 64
N_STEPS = int(os.environ.get("STEPS", 4500))


def load():
    images, labels = load_digits("train", 20000)
    images = images.reshape(-1, 14, 2, 14, 2).mean(axis=(2, 4))  # half size
    images = images.reshape(-1, 196).astype(np.float32) / 255.0
    return tf.data.Dataset.from_tensor_slices((images, labels)).shuffle(20000, seed=3).repeat().batch(BATCH)


def build_generator() -> keras.Model:
    z = keras.Input((Z_DIM,))
    label = keras.Input((), dtype="int32")
    h = layers.Concatenate()([z, layers.Embedding(N_CLASSES, 16)(label)])
    for width in (256, 256):
        h = layers.Dense(width)(h)
        h = layers.BatchNormalization(momentum=0.9)(h)
        h = layers.ReLU()(h)
    return keras.Model([z, label], layers.Dense(196, activation="sigmoid")(h), name="generator")


def build_discriminator() -> keras.Model:
    x = keras.Input((196,))
    label = keras.Input((), dtype="int32")
    h = layers.Concatenate()([x, layers.Embedding(N_CLASSES, 64)(label)])
    for width in (256, 128):
        h = layers.Dense(width)(h)
        h = layers.LeakyReLU(negative_slope=0.2)(h)
        h = layers.Dropout(0.3)(h)
    return keras.Model([x, label], layers.Dense(1)(h), name="discriminator")


generator = build_generator()
discriminator = build_discriminator()
gen_optimizer = keras.optimizers.Adam(5e-4, beta_1=0.5)
disc_optimizer = keras.optimizers.Adam(3e-4, beta_1=0.5)


def random_labels(n):
    return tf.random.uniform((n,), 0, N_CLASSES, dtype=tf.int32)


def generate(n):
    """A batch of fakes together with their classes."""
    z = tf.random.normal((n, Z_DIM))
    return generator([z, random_labels(n)], training=True), random_labels(n)


def bce(logits, target):
    return tf.reduce_mean(
        tf.nn.sigmoid_cross_entropy_with_logits(labels=tf.fill(tf.shape(logits), target), logits=logits)
    )


@tf.function
def disc_step(images, labels):
    fakes, fake_labels = generate(BATCH)
    with tf.GradientTape() as tape:
        loss = 0.5 * (
            bce(discriminator([images, labels], training=True), 1.0)
            + bce(discriminator([fakes, fake_labels], training=True), 0.0)
        )
    grads = tape.gradient(loss, discriminator.trainable_weights)
    disc_optimizer.apply_gradients(zip(grads, discriminator.trainable_weights))
    return loss


@tf.function
def gen_step():
    with tf.GradientTape() as tape:
        fakes, fake_labels = generate(BATCH)
        loss = bce(discriminator([fakes, fake_labels], training=True), 1.0)
    grads = tape.gradient(loss, generator.trainable_weights)
    gen_optimizer.apply_gradients(zip(grads, generator.trainable_weights))
    return loss


def main():
    for step, (images, labels) in enumerate(load().take(N_STEPS), start=1):
        d_loss = disc_step(images, labels)
        g_loss = gen_step()
        if step % 500 == 0 or step == 1:
            print(f"{step:6d} d_loss={d_loss.numpy():.4f} g_loss={g_loss.numpy():.4f}")
    # ten samples of every class
    classes = tf.repeat(tf.range(N_CLASSES), 10)
    grid = generator([tf.random.normal((100, Z_DIM)), classes], training=False).numpy()
    print("ink per class:", grid.reshape(N_CLASSES, -1).mean(axis=1).round(3))


if __name__ == "__main__":
    main()
