"""The conditional GAN of Keras' examples: https://keras.io/examples/generative/conditional_gan/.

The networks of the guide; the class is a one-hot vector beside the latent, and ten constant channels beside the image. Adam with a rate of 0.0003,
batches of 64.
"""

import os

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

import keras
import numpy as np
import tensorflow as tf

from benchmarks.quality.keras_guide import BATCH, LATENT, RATE, as_bytes, networks
from benchmarks.quality.turns import CLASSES, SAMPLES, answer, batches, images_and_labels

if __name__ == "__main__":
    keras.utils.set_random_seed(0)
    generator, discriminator = networks(1 + CLASSES, LATENT + CLASSES)
    optimizers = keras.optimizers.Adam(RATE), keras.optimizers.Adam(RATE)
    loss_of = keras.losses.BinaryCrossentropy(from_logits=True)
    split = images_and_labels()
    images, labels = tf.constant(split[0][..., np.newaxis]), tf.constant(split[1], tf.int32)

    def beside(pictures: tf.Tensor, classes: tf.Tensor) -> tf.Tensor:
        """The image with its class as ten constant channels."""
        return tf.concat([pictures, tf.tile(classes[:, tf.newaxis, tf.newaxis], (1, 28, 28, 1))], -1)

    @tf.function  # type: ignore[untyped-decorator]
    def train(chosen: tf.Tensor) -> None:
        """One step: the discriminator, then the generator, with the classes of the batch."""
        real = tf.cast(tf.gather(images, chosen), tf.float32) / 255
        classes = tf.one_hot(tf.gather(labels, chosen), CLASSES)
        samples = generator(tf.concat([tf.random.normal((BATCH, LATENT)), classes], 1), training=True)
        wanted = tf.concat([tf.ones((BATCH, 1)), tf.zeros((BATCH, 1))], 0)
        with tf.GradientTape() as tape:
            outputs = discriminator(tf.concat([beside(samples, classes), beside(real, classes)], 0), training=True)
            loss = loss_of(wanted, outputs)
        optimizers[0].apply(tape.gradient(loss, discriminator.trainable_weights), discriminator.trainable_weights)
        with tf.GradientTape() as tape:
            samples = generator(tf.concat([tf.random.normal((BATCH, LATENT)), classes], 1), training=True)
            loss = loss_of(tf.zeros((BATCH, 1)), discriminator(beside(samples, classes), training=True))
        optimizers[1].apply(tape.gradient(loss, generator.trainable_weights), generator.trainable_weights)

    def draw() -> np.ndarray:
        latents = np.random.default_rng(0).standard_normal((SAMPLES, LATENT), np.float32)
        classes = np.eye(CLASSES, dtype=np.float32)[np.arange(SAMPLES) % CLASSES]
        return as_bytes(generator.predict(np.hstack([latents, classes]), batch_size=500, verbose=0))

    answer(lambda rows: train(tf.constant(rows)), batches(len(split[0]), BATCH), draw)
