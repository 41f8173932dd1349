"""A small GAN written as Keras' guide "Customizing what happens in `fit()`" writes one: one batch of samples and real images, samples labelled 1.

It shares no code with `pipeline.gan`: it stands for GANs that were written elsewhere.
"""

from typing import Any

import keras
import tensorflow as tf
from keras import layers

SIDE, LATENT = 28, 32


def make_generator() -> keras.Model:
    """Latents (n, 32) to images (n, 28, 28, 1) in [-1, 1]."""
    latent = keras.Input((LATENT,))
    hidden = layers.LeakyReLU(negative_slope=0.2)(layers.Dense(7 * 7 * 16)(latent))
    hidden = layers.Reshape((7, 7, 16))(hidden)
    for channels in (16, 8):
        hidden = layers.LeakyReLU(negative_slope=0.2)(layers.Conv2DTranspose(channels, 4, 2, "same")(hidden))
    return keras.Model(latent, layers.Conv2D(1, 7, padding="same", activation="tanh")(hidden), name="generator")


def make_discriminator(activation: str | None = None, batch_normalization: bool = False) -> keras.Model:
    """Images to logits (n, 1)."""
    image = keras.Input((SIDE, SIDE, 1))
    hidden = image
    for channels in (8, 16):
        hidden = layers.Conv2D(channels, 3, 2, "same")(hidden)
        hidden = layers.BatchNormalization()(hidden) if batch_normalization else hidden
        hidden = layers.LeakyReLU(negative_slope=0.2)(hidden)
    return keras.Model(image, layers.Dense(1, activation=activation)(layers.Flatten()(hidden)), name="discriminator")


class GuideGAN(keras.Model):
    """A generator and a discriminator with an optimiser each."""

    def __init__(self, generator: keras.Model, discriminator: keras.Model) -> None:
        super().__init__()
        self.generator, self.discriminator = generator, discriminator
        self.seeds = keras.random.SeedGenerator(7)
        self.d_loss_tracker, self.g_loss_tracker = keras.metrics.Mean("d_loss"), keras.metrics.Mean("g_loss")

    def compile(self, d_optimizer: Any, g_optimizer: Any, loss_fn: Any) -> None:
        super().compile()
        self.d_optimizer, self.g_optimizer, self.loss_fn = d_optimizer, g_optimizer, loss_fn

    @property
    def metrics(self) -> list[keras.metrics.Metric]:
        return [self.d_loss_tracker, self.g_loss_tracker]

    def train_step(self, real_images: tf.Tensor) -> dict[str, tf.Tensor]:
        count = tf.shape(real_images)[0]
        samples = self.generator(self.draw(count), training=True)
        both = tf.concat([samples, real_images], axis=0)
        labels = self.labels(count)
        with tf.GradientTape() as tape:
            d_loss = self.loss_fn(labels, self.discriminator(both, training=True))
        weights = self.discriminator.trainable_weights
        self.d_optimizer.apply_gradients(zip(tape.gradient(d_loss, weights), weights, strict=True))
        with tf.GradientTape() as tape:
            outputs = self.discriminator(self.generator(self.draw(count), training=True), training=True)
            g_loss = self.loss_fn(tf.zeros((count, 1)), outputs)
        self.update_generator(tape, g_loss)
        self.d_loss_tracker.update_state(d_loss)
        self.g_loss_tracker.update_state(g_loss)
        return {"d_loss": self.d_loss_tracker.result(), "g_loss": self.g_loss_tracker.result()}

    def draw(self, count: tf.Tensor) -> tf.Tensor:
        """Latents (count, 32)."""
        return keras.random.normal((count, LATENT), seed=self.seeds)

    def labels(self, count: tf.Tensor) -> tf.Tensor:
        """1 for samples, 0 for real images, with a little noise: the guide calls that an important trick."""
        labels = tf.concat([tf.ones((count, 1)), tf.zeros((count, 1))], axis=0)
        return labels + 0.05 * keras.random.uniform(tf.shape(labels), seed=self.seeds)

    def update_generator(self, tape: tf.GradientTape, loss: tf.Tensor) -> None:
        """One step of the generator alone."""
        weights = self.generator.trainable_weights
        self.g_optimizer.apply_gradients(zip(tape.gradient(loss, weights), weights, strict=True))
