"""GAN as a keras.Model with its own train_step; MNIST digits, dense networks."""
import os
import sys
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf
from keras import layers, ops

sys.path.append(str(Path(__file__).resolve().parent.parent))
from digits import load_digits

keras.utils.set_random_seed(1)
latent_dim = 48
batch_size = 100


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
        super().compile(jit_compile=False)
        self.d_optimizer = d_optimizer
        self.g_optimizer = g_optimizer
        self.loss_fn = loss_fn

    @property
    def metrics(self):
        return [self.d_loss_metric, self.g_loss_metric]

    def train_step(self, real_images):
        n = ops.shape(real_images)[0]
        noise = keras.random.normal((n, self.latent_dim), seed=self.seed_generator)
        fake_images = self.generator(noise, training=True)
        combined = ops.concatenate([fake_images, real_images], axis=0)
        labels = ops.concatenate([ops.zeros((n, 1)), ops.ones((n, 1))], axis=0)
        with tf.GradientTape() as tape:
            predictions = self.discriminator(combined, training=True)
            d_loss = self.loss_fn(labels, predictions)
        grads = tape.gradient(d_loss, self.discriminator.trainable_weights)
        self.d_optimizer.apply_gradients(zip(grads, self.discriminator.trainable_weights))

        noise = keras.random.normal((n, self.latent_dim), seed=self.seed_generator)
        with tf.GradientTape() as tape:
            predictions = self.discriminator(self.generator(noise, training=True), training=True)
            g_loss = self.loss_fn(ops.ones((n, 1)), predictions)
        grads = tape.gradient(g_loss, self.generator.trainable_weights)
        self.g_optimizer.apply_gradients(zip(grads, self.generator.trainable_weights))

        self.d_loss_metric.update_state(d_loss)
        self.g_loss_metric.update_state(g_loss)
        return {"d_loss": self.d_loss_metric.result(), "g_loss": self.g_loss_metric.result()}


generator = keras.Sequential(
    [
        keras.Input((latent_dim,)),
        layers.Dense(256),
        layers.BatchNormalization(momentum=0.9),
        layers.LeakyReLU(0.2),
        layers.Dense(256),
        layers.BatchNormalization(momentum=0.9),
        layers.LeakyReLU(0.2),
        layers.Dense(784, activation="tanh"),
    ],
    name="generator",
)
discriminator = keras.Sequential(
    [
        keras.Input((784,)),
        layers.Dense(256),
        layers.LeakyReLU(0.2),
        layers.Dropout(0.3),
        layers.Dense(128),
        layers.LeakyReLU(0.2),
        layers.Dropout(0.3),
        layers.Dense(1),
    ],
    name="discriminator",
)

x, _ = load_digits("train", 20000)
x = x.reshape(-1, 784).astype("float32") / 127.5 - 1.0
dataset = tf.data.Dataset.from_tensor_slices(x).shuffle(20000).batch(batch_size).repeat()

epochs = 20
steps_per_epoch = len(x) // batch_size
if "STEPS" in os.environ:
    steps = int(os.environ["STEPS"])
    epochs, steps_per_epoch = max(1, steps // steps_per_epoch), min(steps, steps_per_epoch)

# 5 % lower every 10 epochs
schedule = keras.optimizers.schedules.ExponentialDecay(4e-4, decay_steps=10, decay_rate=0.95, staircase=True)

gan = GAN(discriminator, generator, latent_dim)
gan.compile(
    d_optimizer=keras.optimizers.Adam(schedule, beta_1=0.5),
    g_optimizer=keras.optimizers.Adam(schedule, beta_1=0.5),
    loss_fn=keras.losses.BinaryCrossentropy(from_logits=True),
)
gan.fit(dataset, epochs=epochs, steps_per_epoch=steps_per_epoch, verbose=2)

samples = generator.predict(np.random.normal(size=(200, latent_dim)), verbose=0) * 0.5 + 0.5
print("samples: mean %.3f (data %.3f), share of bright pixels %.3f (data %.3f)"
      % (samples.mean(), (x * 0.5 + 0.5).mean(), (samples > 0.8).mean(), (x > 0.6).mean()))
