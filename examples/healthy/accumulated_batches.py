"""Convolutional GAN fed with eight pictures at a time; the optimizers sum four batches before they move."""
import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import keras
import numpy as np
import tensorflow as tf

from digits import load_digits

L = keras.layers

SMALL_BATCH = 8
ACCUMULATE = 4
CODE = 32


def leaky(x):
    return keras.activations.leaky_relu(x, negative_slope=0.2)


def make_networks():
    g = keras.Sequential(name="G")
    g.add(keras.Input((CODE,)))
    g.add(L.Dense(7 * 7 * 24))
    g.add(L.Reshape((7, 7, 24)))
    g.add(L.GroupNormalization(4))
    g.add(L.Activation(leaky))
    g.add(L.Conv2DTranspose(16, 4, strides=2, padding="same"))
    g.add(L.GroupNormalization(4))
    g.add(L.Activation(leaky))
    g.add(L.Conv2DTranspose(1, 4, strides=2, padding="same", activation="sigmoid"))

    d = keras.Sequential(name="D")
    d.add(keras.Input((28, 28, 1)))
    d.add(L.Rescaling(2.0, offset=-1.0))
    d.add(L.Conv2D(16, 4, strides=2, padding="same", activation=leaky))
    d.add(L.Conv2D(32, 4, strides=2, padding="same", activation=leaky))
    d.add(L.Flatten())
    d.add(L.Dense(1))
    return g, d


class Session:
    def __init__(self, images):
        self.images = images
        self.g, self.d = make_networks()
        settings = dict(learning_rate=1e-3, beta_1=0.5, gradient_accumulation_steps=ACCUMULATE)
        self.g_adam = keras.optimizers.Adam(**settings)
        self.d_adam = keras.optimizers.Adam(**settings)
        self.bce = keras.losses.BinaryCrossentropy(from_logits=True)

    @tf.function
    def step(self, real):
        with tf.GradientTape(persistent=True) as tape:
            fake = self.g(tf.random.normal((SMALL_BATCH, CODE)), training=True)
            logits = self.d(tf.concat([real, fake], axis=0), training=True)
            on_real, on_fake = tf.split(logits, 2)
            d_loss = self.bce(0.9 * tf.ones_like(on_real), on_real)
            d_loss += self.bce(tf.zeros_like(on_fake), on_fake)
            g_loss = self.bce(tf.ones_like(on_fake), on_fake)
        d_grads = tape.gradient(d_loss, self.d.trainable_variables)
        g_grads = tape.gradient(g_loss, self.g.trainable_variables)
        self.d_adam.apply(d_grads, self.d.trainable_variables)
        self.g_adam.apply(g_grads, self.g.trainable_variables)
        return d_loss, g_loss

    def epochs(self, total, length):
        done = 0
        order = np.random.permutation(len(self.images))
        while done < total:
            losses = []
            for _ in range(min(length, total - done)):
                pick = order[np.arange(done * SMALL_BATCH, (done + 1) * SMALL_BATCH) % len(order)]
                batch = tf.image.convert_image_dtype(self.images[pick][..., None], tf.float32)
                losses.append([float(x) for x in self.step(batch)])
                done += 1
            yield np.mean(losses, axis=0)


def main():
    keras.utils.set_random_seed(2)
    images, _ = load_digits("train", 20000)
    session = Session(images)
    total = int(os.environ.get("STEPS", 2400))
    for number, (d_loss, g_loss) in enumerate(session.epochs(total, max(1, total // 12)), start=1):
        print(f"[{number}] D: {d_loss:.4f}  G: {g_loss:.4f}")
    return session


if __name__ == "__main__":
    session = main()
