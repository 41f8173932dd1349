"""DCGAN as a keras.Model with its own train_step, trained by fit with a callback that reports on samples."""
import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import keras
import tensorflow as tf
from keras import layers, ops

from digits import load_digits

keras.utils.set_random_seed(1337)

latent_dim = 48
batch_size = 32
epochs = 10
steps = int(os.environ.get("STEPS", 500))

all_digits, _ = load_digits("train", 10000)
all_digits = all_digits.astype("float32")[..., None] / 255.0
dataset = tf.data.Dataset.from_tensor_slices(all_digits).shuffle(2048).batch(batch_size).repeat()

discriminator = keras.Sequential(
    [
        keras.Input((28, 28, 1)),
        layers.Conv2D(16, 4, strides=2, padding="same"),
        layers.LeakyReLU(negative_slope=0.2),
        layers.Conv2D(32, 4, strides=2, padding="same"),
        layers.LeakyReLU(negative_slope=0.2),
        layers.GlobalMaxPooling2D(),
        layers.Dropout(0.2),
        layers.Dense(1, activation="sigmoid"),
    ],
    name="discriminator",
)
generator = keras.Sequential(
    [
        keras.Input((latent_dim,)),
        layers.Dense(7 * 7 * 24),
        layers.Reshape((7, 7, 24)),
        layers.Conv2DTranspose(24, 4, strides=2, padding="same"),
        layers.LeakyReLU(negative_slope=0.2),
        layers.Conv2DTranspose(24, 4, strides=2, padding="same"),
        layers.LeakyReLU(negative_slope=0.2),
        layers.Conv2D(1, 5, padding="same", activation="sigmoid"),
    ],
    name="generator",
)


class GAN(keras.Model):
    def __init__(self, discriminator, generator, latent_dim):
        super().__init__()
        self.discriminator = discriminator
        self.generator = generator
        self.latent_dim = latent_dim
        self.seed_generator = keras.random.SeedGenerator(1337)

    def compile(self, d_optimizer, g_optimizer, loss_fn):
        super().compile()
        self.d_optimizer = d_optimizer
        self.g_optimizer = g_optimizer
        self.loss_fn = loss_fn
        self.d_loss_metric = keras.metrics.Mean(name="d_loss")
        self.g_loss_metric = keras.metrics.Mean(name="g_loss")

    @property
    def metrics(self):
        return [self.d_loss_metric, self.g_loss_metric]

    def train_step(self, real_images):
        n = ops.shape(real_images)[0]
        random_latent_vectors = keras.random.normal((n, self.latent_dim), seed=self.seed_generator)
        generated_images = self.generator(random_latent_vectors)
        combined_images = ops.concatenate([generated_images, real_images], axis=0)

        labels = ops.concatenate([ops.ones((n, 1)), ops.zeros((n, 1))], axis=0)
        labels += 0.05 * keras.random.uniform(ops.shape(labels), seed=self.seed_generator)

        with tf.GradientTape() as tape:
            predictions = self.discriminator(combined_images, training=True)
            d_loss = self.loss_fn(labels, predictions)
        grads = tape.gradient(d_loss, self.discriminator.trainable_weights)
        self.d_optimizer.apply_gradients(zip(grads, self.discriminator.trainable_weights))

        random_latent_vectors = keras.random.normal((n, self.latent_dim), seed=self.seed_generator)
        misleading_labels = ops.zeros((n, 1))
        with tf.GradientTape() as tape:
            predictions = self.discriminator(self.generator(random_latent_vectors, training=True))
            g_loss = self.loss_fn(misleading_labels, predictions)
        grads = tape.gradient(g_loss, self.discriminator.trainable_weights)
        self.g_optimizer.apply_gradients(zip(grads, self.discriminator.trainable_weights))

        self.d_loss_metric.update_state(d_loss)
        self.g_loss_metric.update_state(g_loss)
        return {"d_loss": self.d_loss_metric.result(), "g_loss": self.g_loss_metric.result()}


class SampleReport(keras.callbacks.Callback):
    def __init__(self, count, latent_dim):
        super().__init__()
        self.z = keras.random.normal((count, latent_dim), seed=3)

    def on_epoch_end(self, epoch, logs=None):
        images = self.model.generator(self.z, training=False)
        print(f"   samples: mean {float(ops.mean(images)):.3f}, spread {float(ops.std(images)):.3f}")


gan = GAN(discriminator=discriminator, generator=generator, latent_dim=latent_dim)
gan.compile(
    d_optimizer=keras.optimizers.Adam(learning_rate=3e-4),
    g_optimizer=keras.optimizers.Adam(learning_rate=3e-4),
    loss_fn=keras.losses.BinaryCrossentropy(),
)
gan.fit(dataset, epochs=epochs, steps_per_epoch=max(1, steps // epochs), verbose=2,
        callbacks=[SampleReport(64, latent_dim)])
