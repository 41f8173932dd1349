"""A GAN on only 1500 digits, after the Keras example: generated images carry the label 1, real ones 0.
The discriminator sees every image, real or generated, through differentiable augmentation."""
import os
import sys
from pathlib import Path

import keras
import tensorflow as tf
from keras import layers

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from digits import load_digits

STEPS = int(os.environ.get("STEPS", 1000))


def random_brightness(x):
    return x + tf.random.uniform((tf.shape(x)[0], 1, 1, 1), -0.3, 0.3)


def random_shift(x, most=3):
    n = tf.shape(x)[0]
    move = tf.random.uniform((n, 2), -most, most + 1, tf.int32)
    grid = tf.range(28)
    rows = tf.clip_by_value(grid[None] + move[:, :1], 0, 27)
    cols = tf.clip_by_value(grid[None] + move[:, 1:], 0, 27)
    x = tf.gather(x, rows, axis=1, batch_dims=1)
    return tf.gather(x, cols, axis=2, batch_dims=1)


def diff_augment(x):
    return random_shift(random_brightness(x))


class GAN(keras.Model):
    def __init__(self, discriminator, generator, latent_dim):
        super().__init__()
        self.discriminator = discriminator
        self.generator = generator
        self.latent_dim = latent_dim
        self.d_loss_metric = keras.metrics.Mean(name="d_loss")
        self.g_loss_metric = keras.metrics.Mean(name="g_loss")

    def compile(self, d_optimizer, g_optimizer, loss_fn):
        super().compile()
        self.d_optimizer = d_optimizer
        self.g_optimizer = g_optimizer
        self.loss_fn = loss_fn

    @property
    def metrics(self):
        return [self.d_loss_metric, self.g_loss_metric]

    def train_step(self, real_images):
        n = tf.shape(real_images)[0]
        generated = self.generator(tf.random.normal((n, self.latent_dim)))
        combined = diff_augment(tf.concat([generated, real_images], axis=0))
        labels = tf.concat([tf.ones((n, 1)), tf.zeros((n, 1))], axis=0)
        labels += 0.05 * tf.random.uniform(tf.shape(labels))

        with tf.GradientTape() as tape:
            predictions = self.discriminator(combined, training=True)
            d_loss = self.loss_fn(labels, predictions)
        grads = tape.gradient(d_loss, self.discriminator.trainable_weights)
        self.d_optimizer.apply_gradients(zip(grads, self.discriminator.trainable_weights))

        misleading_labels = tf.zeros((n, 1))
        with tf.GradientTape() as tape:
            images = self.generator(tf.random.normal((n, self.latent_dim)))
            predictions = self.discriminator(diff_augment(images))
            g_loss = self.loss_fn(misleading_labels, predictions)
        grads = tape.gradient(g_loss, self.generator.trainable_weights)
        self.g_optimizer.apply_gradients(zip(grads, self.generator.trainable_weights))

        self.d_loss_metric.update_state(d_loss)
        self.g_loss_metric.update_state(g_loss)
        return {"d_loss": self.d_loss_metric.result(), "g_loss": self.g_loss_metric.result()}


keras.utils.set_random_seed(1337)
latent_dim = 64
discriminator = keras.Sequential([
    keras.Input((28, 28, 1)),
    layers.Conv2D(24, 4, strides=2, padding="same"), layers.LeakyReLU(0.2),
    layers.Conv2D(48, 4, strides=2, padding="same"), layers.LeakyReLU(0.2),
    layers.Flatten(), layers.Dropout(0.2),
    layers.Dense(1, activation="sigmoid"),
], name="discriminator")
generator = keras.Sequential([
    keras.Input((latent_dim,)),
    layers.Dense(7 * 7 * 48), layers.LeakyReLU(0.2), layers.Reshape((7, 7, 48)),
    layers.Conv2DTranspose(32, 4, strides=2, padding="same"), layers.LeakyReLU(0.2),
    layers.Conv2DTranspose(24, 4, strides=2, padding="same"), layers.LeakyReLU(0.2),
    layers.Conv2D(1, 5, padding="same", activation="sigmoid"),
], name="generator")

images, _ = load_digits(count=1500)
dataset = tf.data.Dataset.from_tensor_slices(images.astype("float32")[..., None] / 255.0)
dataset = dataset.shuffle(1500).batch(32, drop_remainder=True).repeat()
gan = GAN(discriminator, generator, latent_dim)
gan.compile(keras.optimizers.Adam(3e-4, beta_1=0.5), keras.optimizers.Adam(3e-4, beta_1=0.5),
            keras.losses.BinaryCrossentropy())
gan.fit(dataset, epochs=10, steps_per_epoch=max(1, STEPS // 10), verbose=2)
