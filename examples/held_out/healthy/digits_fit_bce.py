"""Digits (14x14) with a custom Model and fit(), after the DCGAN page of the Keras documentation (fake = 1, real = 0, noisy labels)."""
import os
import sys
from pathlib import Path
os.environ.setdefault("KERAS_BACKEND", "tensorflow")
import numpy as np
import tensorflow as tf
import keras
from keras import layers, ops

sys.path.append(str(Path(__file__).resolve().parent.parent))
from digits import load_digits

keras.utils.set_random_seed(1337)
latent_dim = 32

imgs, _ = load_digits("train", 12800)
imgs = imgs.reshape(-1, 14, 2, 14, 2).mean(axis=(2, 4), keepdims=False)
imgs = (imgs / 255.0).astype("float32")[..., None]

discriminator = keras.Sequential([
    keras.Input((14, 14, 1)),
    layers.Conv2D(16, 4, strides=2, padding="same"), layers.LeakyReLU(negative_slope=0.2),
    layers.Conv2D(32, 4, strides=2, padding="same"), layers.LeakyReLU(negative_slope=0.2),
    layers.Flatten(), layers.Dropout(0.2), layers.Dense(1, activation="sigmoid"),
], name="discriminator")
generator = keras.Sequential([
    keras.Input((latent_dim,)),
    layers.Dense(7 * 7 * 24), layers.LeakyReLU(negative_slope=0.2), layers.Reshape((7, 7, 24)),
    layers.Conv2DTranspose(24, 4, strides=2, padding="same"), layers.LeakyReLU(negative_slope=0.2),
    layers.Conv2D(1, 5, padding="same", activation="sigmoid"),
], name="generator")


class GAN(keras.Model):
    def __init__(self, discriminator, generator, latent_dim):
        super().__init__()
        self.discriminator = discriminator
        self.generator = generator
        self.latent_dim = latent_dim
        self.seed_generator = keras.random.SeedGenerator(1337)
        self.d_loss_metric = keras.metrics.Mean(name="d_loss")
        self.g_loss_metric = keras.metrics.Mean(name="g_loss")

    def compile(self, d_optimizer, g_optimizer, loss_fn):
        super().compile()
        self.d_optimizer, self.g_optimizer, self.loss_fn = d_optimizer, g_optimizer, loss_fn

    @property
    def metrics(self):
        return [self.d_loss_metric, self.g_loss_metric]

    def train_step(self, real_images):
        batch_size = ops.shape(real_images)[0]
        z = keras.random.normal((batch_size, self.latent_dim), seed=self.seed_generator)
        generated = self.generator(z, training=True)
        combined = ops.concatenate([generated, real_images], axis=0)
        labels = ops.concatenate([ops.ones((batch_size, 1)), ops.zeros((batch_size, 1))], axis=0)
        labels += 0.05 * keras.random.uniform(ops.shape(labels), seed=self.seed_generator)
        with tf.GradientTape() as tape:
            d_loss = self.loss_fn(labels, self.discriminator(combined, training=True))
        grads = tape.gradient(d_loss, self.discriminator.trainable_weights)
        self.d_optimizer.apply_gradients(zip(grads, self.discriminator.trainable_weights))

        z = keras.random.normal((batch_size, self.latent_dim), seed=self.seed_generator)
        misleading_labels = ops.zeros((batch_size, 1))
        with tf.GradientTape() as tape:
            g_loss = self.loss_fn(misleading_labels, self.discriminator(self.generator(z, training=True), training=True))
        grads = tape.gradient(g_loss, self.generator.trainable_weights)
        self.g_optimizer.apply_gradients(zip(grads, self.generator.trainable_weights))
        self.d_loss_metric.update_state(d_loss)
        self.g_loss_metric.update_state(g_loss)
        return {m.name: m.result() for m in self.metrics}


steps = int(os.environ.get("STEPS", 2000))
epoch_len = min(200, steps)
dataset = tf.data.Dataset.from_tensor_slices(imgs).shuffle(12800).repeat().batch(64)
gan = GAN(discriminator, generator, latent_dim)
gan.compile(keras.optimizers.Adam(2e-4, beta_1=0.5), keras.optimizers.Adam(4e-4, beta_1=0.5), keras.losses.BinaryCrossentropy())
gan.fit(dataset, epochs=max(1, steps // epoch_len), steps_per_epoch=epoch_len, verbose=2)

s = generator.predict(np.random.normal(size=(400, latent_dim)).astype("float32"), verbose=0)
print("mean pixel real %.3f generated %.3f; std over samples real %.3f generated %.3f" % (imgs.mean(), s.mean(), imgs.std(0).mean(), s.std(0).mean()))
p, q = s.reshape(400, -1), imgs[:4000].reshape(4000, -1)
d2 = (p ** 2).sum(1)[:, None] + (q ** 2).sum(1)[None] - 2 * p @ q.T
print("distance to the nearest real digit %.2f" % np.sqrt(np.maximum(d2.min(1), 0)).mean())
