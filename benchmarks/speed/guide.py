"""`python -m benchmarks.speed.guide VARIANT`: the same networks in a Keras model whose `train_step` is written as in Keras' guide
"Customizing what happens in fit() with TensorFlow": one pass of the discriminator over samples and images together, with labels.

What that guide does not have, this file adds as a user of it would: classes, the relativistic objective, gradient penalties, and an average of the
generator's weights.
"""

import sys
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from benchmarks.speed.worker import TRAIN, answer
from pipeline.gan.networks.build import build_discriminator, build_generator
from pipeline.settings.params import load_settings
from pipeline.settings.variants import VariantSettings

SHUFFLED = 1024  # images in the buffer that is shuffled, as in the guide


class GuideGAN(keras.Model):
    """A GAN as the guide writes it."""

    def __init__(self, variant: VariantSettings) -> None:
        super().__init__()
        self.variant = variant
        self.generator, self.discriminator = build_generator(variant), build_discriminator(variant)
        self.average = build_generator(variant) if variant.ema_half_life_images else None
        self.seeds = keras.random.SeedGenerator(0)
        self.d_loss_tracker, self.g_loss_tracker = keras.metrics.Mean("d_loss"), keras.metrics.Mean("g_loss")

    @property
    def metrics(self) -> list[keras.metrics.Metric]:
        return [self.d_loss_tracker, self.g_loss_tracker]

    def compile(self, d_optimizer: keras.optimizers.Optimizer, g_optimizer: keras.optimizers.Optimizer) -> None:
        super().compile(jit_compile=False)  # on a CPU XLA is slower here
        self.d_optimizer, self.g_optimizer = d_optimizer, g_optimizer
        self.loss_fn = keras.losses.BinaryCrossentropy(from_logits=True)

    def train_step(self, data: tuple[tf.Tensor, tf.Tensor]) -> dict[str, tf.Tensor]:
        real, classes = data
        count = tf.shape(real)[0]
        combined = tf.concat([self.generator(self._latents(count, classes), training=True), real], axis=0)
        labels = tf.concat([tf.zeros(count), tf.ones(count)], axis=0)
        with tf.GradientTape() as tape:
            outputs, penalty = self._outputs(combined, tf.concat([classes, classes], axis=0))
            d_loss = self._d_loss(outputs, labels) + penalty
        weights = self.discriminator.trainable_weights
        self.d_optimizer.apply_gradients(zip(tape.gradient(d_loss, weights), weights, strict=True))
        with tf.GradientTape() as tape:
            samples = self.generator(self._latents(count, classes), training=True)
            g_loss = self._g_loss(self._discriminate(samples, classes), real, classes)
        weights = self.generator.trainable_weights
        self.g_optimizer.apply_gradients(zip(tape.gradient(g_loss, weights), weights, strict=True))
        if self.average is not None:
            decay = 0.5 ** (self.variant.batch_size / self.variant.ema_half_life_images)
            for average, weight in zip(self.average.weights, self.generator.weights, strict=True):
                average.assign(decay * average + (1 - decay) * weight)
        self.d_loss_tracker.update_state(d_loss)
        self.g_loss_tracker.update_state(g_loss)
        return {"d_loss": self.d_loss_tracker.result(), "g_loss": self.g_loss_tracker.result()}

    def _latents(self, count: tf.Tensor, classes: tf.Tensor) -> dict[str, tf.Tensor]:
        latent = {"latent": keras.random.normal((count, self.variant.latent_size), seed=self.seeds)}
        return latent | {"label": classes} if self.variant.classes > 1 else latent

    def _discriminate(self, images: tf.Tensor, classes: tf.Tensor) -> tf.Tensor:
        return self.discriminator({"image": images, "label": classes} if self.variant.classes > 1 else {"image": images}, training=True)

    def _outputs(self, images: tf.Tensor, classes: tf.Tensor) -> tuple[tf.Tensor, Any]:
        """The discriminator's outputs, and R1 and R2, whose weights are the same."""
        if not self.variant.r1_gamma:
            return self._discriminate(images, classes), 0.0
        with tf.GradientTape() as tape:
            tape.watch(images)
            outputs = self._discriminate(images, classes)
        squared = tf.reduce_sum(tf.square(tape.gradient(outputs, images)), axis=[1, 2, 3])
        return outputs, self.variant.r1_gamma * tf.reduce_mean(squared)  # gamma / 2 of the mean over each half

    def _d_loss(self, outputs: tf.Tensor, labels: tf.Tensor) -> tf.Tensor:
        if self.variant.objective == "relativistic":
            fake, real = tf.split(outputs, 2)
            return tf.reduce_mean(tf.nn.softplus(fake - real))
        return self.loss_fn(labels, outputs)

    def _g_loss(self, fake: tf.Tensor, real: tf.Tensor, classes: tf.Tensor) -> tf.Tensor:
        if self.variant.objective == "relativistic":
            return tf.reduce_mean(tf.nn.softplus(self._discriminate(real, classes) - fake))
        return self.loss_fn(tf.ones_like(fake), fake)


if __name__ == "__main__":
    variant = load_settings().gan[sys.argv[1]]
    with np.load(TRAIN) as split:
        images, classes = split["images"][..., np.newaxis].astype("float32") / 127.5 - 1, split["labels"].astype("int32")
    data = tf.data.Dataset.from_tensor_slices((images, classes)).shuffle(SHUFFLED).batch(variant.batch_size, drop_remainder=True).repeat()
    options = tf.data.Options()
    options.autotune.enabled = False  # the end of each turn would wait for its thread, for as long again as the turn took
    gan = GuideGAN(variant)
    gan.compile(
        keras.optimizers.Adam(variant.discriminator_learning_rate, variant.adam_beta_1, variant.adam_beta_2),
        keras.optimizers.Adam(variant.generator_learning_rate, variant.adam_beta_1, variant.adam_beta_2),
    )
    answer(lambda steps: gan.fit(data.with_options(options), epochs=1, steps_per_epoch=steps, shuffle=False, verbose=0))
