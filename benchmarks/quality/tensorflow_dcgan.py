"""The DCGAN of TensorFlow's tutorial: https://www.tensorflow.org/tutorials/generative/dcgan.

Latents of 100 numbers; a generator of a dense layer and transposed 5x5 convolutions of 128, 64 and 1 channels with batch normalisation; a
discriminator of 5x5 convolutions of 64 and 128 channels with dropout of 0.3; Adam with a rate of 0.0001; batches of 256; both networks are updated
from the same samples.
"""

import os

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

import keras
import numpy as np
import tensorflow as tf
from keras import layers

from benchmarks.quality.turns import SAMPLES, answer, batches, images_and_labels

LATENT, BATCH, RATE = 100, 256, 0.0001


def networks() -> tuple[keras.Model, keras.Model]:
    """Generator and discriminator."""
    generator = keras.Sequential([keras.Input((LATENT,)), layers.Dense(7 * 7 * 256, use_bias=False), layers.BatchNormalization(), layers.LeakyReLU()])
    generator.add(layers.Reshape((7, 7, 256)))
    for channels, stride in ((128, 1), (64, 2)):
        generator.add(layers.Conv2DTranspose(channels, 5, stride, "same", use_bias=False))
        generator.add(layers.BatchNormalization())
        generator.add(layers.LeakyReLU())
    generator.add(layers.Conv2DTranspose(1, 5, 2, "same", use_bias=False, activation="tanh"))
    discriminator = keras.Sequential([keras.Input((28, 28, 1))])
    for channels in (64, 128):
        discriminator.add(layers.Conv2D(channels, 5, 2, "same"))
        discriminator.add(layers.LeakyReLU())
        discriminator.add(layers.Dropout(0.3))
    discriminator.add(layers.Flatten())
    discriminator.add(layers.Dense(1))
    return generator, discriminator


if __name__ == "__main__":
    keras.utils.set_random_seed(0)
    generator, discriminator = networks()
    optimizers = keras.optimizers.Adam(RATE), keras.optimizers.Adam(RATE)
    loss_of = keras.losses.BinaryCrossentropy(from_logits=True)
    images = tf.constant(images_and_labels()[0][..., np.newaxis])

    @tf.function  # type: ignore[untyped-decorator]
    def train(chosen: tf.Tensor) -> None:
        """One step of both networks at once."""
        real = tf.cast(tf.gather(images, chosen), tf.float32) / 127.5 - 1
        with tf.GradientTape() as of_generator, tf.GradientTape() as of_discriminator:
            samples = generator(tf.random.normal((BATCH, LATENT)), training=True)
            for_real, for_samples = discriminator(real, training=True), discriminator(samples, training=True)
            loss = loss_of(tf.ones_like(for_samples), for_samples)
            judging = loss_of(tf.ones_like(for_real), for_real) + loss_of(tf.zeros_like(for_samples), for_samples)
        optimizers[0].apply(of_generator.gradient(loss, generator.trainable_variables), generator.trainable_variables)
        optimizers[1].apply(of_discriminator.gradient(judging, discriminator.trainable_variables), discriminator.trainable_variables)

    def draw() -> np.ndarray:
        latents = np.random.default_rng(0).standard_normal((SAMPLES, LATENT), np.float32)
        pixels = generator.predict(latents, batch_size=500, verbose=0)[..., 0]
        return np.rint((pixels + 1) * 127.5).astype(np.uint8)

    answer(lambda rows: train(tf.constant(rows)), batches(len(images), BATCH), draw)
