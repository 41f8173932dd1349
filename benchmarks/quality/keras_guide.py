"""The GAN at the end of Keras' guide "Customizing what happens in fit() with TensorFlow": https://keras.io/guides/custom_train_step_in_tensorflow/.

Latents of 128 numbers; a generator of a dense layer, two transposed convolutions of 128 channels and a 7x7 convolution; a discriminator of
convolutions of 64 and 128 channels and a maximum over the grid; Adam with a rate of 0.0003; labels with noise of up to 0.05; batches of 64.
"""

import os

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

import keras
import numpy as np
import tensorflow as tf
from keras import layers

from benchmarks.quality.turns import SAMPLES, answer, batches, images_and_labels

LATENT, BATCH, RATE, LABEL_NOISE = 128, 64, 0.0003, 0.05


def networks(channels: int = 1, latent: int = LATENT) -> tuple[keras.Model, keras.Model]:
    """Generator and discriminator; the conditional example has the same with more inputs, and the first layer as wide as they are."""
    generator = keras.Sequential(
        [
            keras.Input((latent,)),
            layers.Dense(7 * 7 * latent),
            _leaky(),
            layers.Reshape((7, 7, latent)),
            layers.Conv2DTranspose(128, 4, 2, "same"),
            _leaky(),
            layers.Conv2DTranspose(128, 4, 2, "same"),
            _leaky(),
            layers.Conv2D(1, 7, padding="same", activation="sigmoid"),
        ]
    )
    discriminator = keras.Sequential(
        [
            keras.Input((28, 28, channels)),
            layers.Conv2D(64, 3, 2, "same"),
            _leaky(),
            layers.Conv2D(128, 3, 2, "same"),
            _leaky(),
            layers.GlobalMaxPooling2D(),
            layers.Dense(1),
        ]
    )
    return generator, discriminator


def _leaky() -> layers.Layer:
    return layers.LeakyReLU(negative_slope=0.2)


def as_bytes(images: tf.Tensor) -> np.ndarray:
    """Images in [0, 1] as bytes, (n, 28, 28)."""
    return np.rint(np.asarray(images)[..., 0] * 255).astype(np.uint8)


if __name__ == "__main__":
    keras.utils.set_random_seed(0)
    generator, discriminator = networks()
    optimizers = keras.optimizers.Adam(RATE), keras.optimizers.Adam(RATE)
    loss_of = keras.losses.BinaryCrossentropy(from_logits=True)
    images = tf.constant(images_and_labels()[0][..., np.newaxis])

    @tf.function  # type: ignore[untyped-decorator]
    def train(chosen: tf.Tensor) -> None:
        """One step: the discriminator, then the generator, which wants its samples to be taken for real ones."""
        real = tf.cast(tf.gather(images, chosen), tf.float32) / 255
        samples = generator(tf.random.normal((BATCH, LATENT)), training=True)
        labels = tf.concat([tf.ones((BATCH, 1)), tf.zeros((BATCH, 1))], 0)  # the guide's: 1 is a sample
        labels += LABEL_NOISE * tf.random.uniform(tf.shape(labels))
        with tf.GradientTape() as tape:
            loss = loss_of(labels, discriminator(tf.concat([samples, real], 0), training=True))
        optimizers[0].apply(tape.gradient(loss, discriminator.trainable_weights), discriminator.trainable_weights)
        with tf.GradientTape() as tape:
            outputs = discriminator(generator(tf.random.normal((BATCH, LATENT)), training=True), training=True)
            loss = loss_of(tf.zeros((BATCH, 1)), outputs)
        optimizers[1].apply(tape.gradient(loss, generator.trainable_weights), generator.trainable_weights)

    def draw() -> np.ndarray:
        latents = np.random.default_rng(0).standard_normal((SAMPLES, LATENT), np.float32)
        return as_bytes(generator.predict(latents, batch_size=500, verbose=0))

    answer(lambda rows: train(tf.constant(rows)), batches(len(images), BATCH), draw)
