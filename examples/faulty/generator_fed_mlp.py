"""Digits by a dense GAN; a Python generator streams the batches into model.fit."""
import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import keras
import numpy as np
import tensorflow as tf
from keras import layers

from digits import load_digits

keras.utils.set_random_seed(31)

STEPS = int(os.environ.get("STEPS", 1200))
EPOCHS = 12
BATCH = 40


def collect(per_class=900):
    """Take the same number of pictures of every digit."""
    images, labels = load_digits("train")
    chosen = [images[labels == digit][:per_class] for digit in range(10)]
    return np.concatenate(chosen).astype("float32") / 127.5 - 1.0


def stream(images, batch_size):
    while True:
        for start in range(0, len(images) - batch_size + 1, batch_size):
            yield (images[start:start + batch_size].reshape(batch_size, -1),)


class DenseGAN(keras.Model):
    def __init__(self, latent_dim, **kwargs):
        super().__init__(**kwargs)
        self.latent_dim = latent_dim
        self.generator = keras.Sequential(
            [
                keras.Input((latent_dim,)),
                layers.Dense(128),
                layers.BatchNormalization(),
                layers.LeakyReLU(negative_slope=0.2),
                layers.Dense(256),
                layers.BatchNormalization(),
                layers.LeakyReLU(negative_slope=0.2),
                layers.Dense(784, activation="tanh"),
            ]
        )
        self.discriminator = keras.Sequential(
            [
                keras.Input((784,)),
                layers.Dense(192),
                layers.LeakyReLU(negative_slope=0.2),
                layers.Dropout(0.4),
                layers.Dense(96),
                layers.LeakyReLU(negative_slope=0.2),
                layers.Dropout(0.4),
                layers.Dense(1),
            ]
        )
        self.d_tracker = keras.metrics.Mean(name="d_loss")
        self.g_tracker = keras.metrics.Mean(name="g_loss")

    @property
    def metrics(self):
        return [self.d_tracker, self.g_tracker]

    def compile(self, d_optimizer, g_optimizer, loss_fn):
        super().compile()
        self.d_optimizer = d_optimizer
        self.g_optimizer = g_optimizer
        self.loss_fn = loss_fn

    def train_step(self, data):
        (real,) = data
        n = tf.shape(real)[0]
        z = keras.random.normal((n, self.latent_dim))
        fake = self.generator(z, training=True)
        x = tf.concat([fake, real], axis=0)
        y = tf.concat([tf.zeros((n, 1)), tf.ones((n, 1))], axis=0)
        with tf.GradientTape() as tape:
            d_loss = self.loss_fn(y, self.discriminator(x, training=True))
        grads = tape.gradient(d_loss, self.discriminator.trainable_weights)
        self.d_optimizer.apply_gradients(zip(grads, self.discriminator.trainable_weights))

        z = keras.random.normal((n, self.latent_dim))
        with tf.GradientTape() as tape:
            scores = self.discriminator(self.generator(z, training=True), training=True)
            g_loss = self.loss_fn(tf.ones((n, 1)), scores)
        grads = tape.gradient(g_loss, self.generator.trainable_weights)
        self.g_optimizer.apply_gradients(zip(grads, self.generator.trainable_weights))

        self.d_tracker.update_state(d_loss)
        self.g_tracker.update_state(g_loss)
        return {m.name: m.result() for m in self.metrics}


data = collect()
gan = DenseGAN(latent_dim=32)
gan.compile(
    d_optimizer=keras.optimizers.Adam(2e-4, beta_1=0.5),
    g_optimizer=keras.optimizers.Adam(5e-4, beta_1=0.5),
    loss_fn=keras.losses.BinaryCrossentropy(from_logits=True),
)
gan.fit(stream(data, BATCH), epochs=EPOCHS, steps_per_epoch=max(1, STEPS // EPOCHS), verbose=2)
