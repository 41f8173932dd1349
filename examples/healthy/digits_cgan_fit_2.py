"""Conditional GAN on small MNIST: class maps as extra image channels, train_step + fit."""
import os
import sys
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf
from keras import layers

sys.path.append(str(Path(__file__).resolve().parent.parent))
from digits import load_digits

keras.utils.set_random_seed(1337)

batch_size = 64
num_classes = 10
image_size = 14
latent_dim = 64
total_steps = min(1600, int(os.environ.get("STEPS", 1600)))

images, labels = load_digits("train")
images = images.reshape(-1, 14, 2, 14, 2).mean(axis=(2, 4)).astype("float32") / 255.0
images = images[..., None]
labels = keras.utils.to_categorical(labels, num_classes).astype("float32")
dataset = tf.data.Dataset.from_tensor_slices((images, labels)).shuffle(60000).repeat().batch(batch_size)

generator = keras.Sequential(
    [
        keras.Input((latent_dim + num_classes,)),
        layers.Dense(7 * 7 * 32),
        layers.LeakyReLU(negative_slope=0.2),
        layers.Reshape((7, 7, 32)),
        layers.Conv2DTranspose(32, 4, strides=2, padding="same"),
        layers.LeakyReLU(negative_slope=0.2),
        layers.Conv2D(1, 5, padding="same", activation="sigmoid"),
    ],
    name="generator",
)
discriminator = keras.Sequential(
    [
        keras.Input((image_size, image_size, 1 + num_classes)),
        layers.Conv2D(32, 4, strides=2, padding="same"),
        layers.LeakyReLU(negative_slope=0.2),
        layers.Conv2D(64, 4, strides=2, padding="same"),
        layers.LeakyReLU(negative_slope=0.2),
        layers.GlobalMaxPooling2D(),
        layers.Dense(1),
    ],
    name="discriminator",
)


def class_maps(one_hot):
    maps = one_hot[:, None, None, :]
    return tf.tile(maps, [1, image_size, image_size, 1])


class ConditionalGAN(keras.Model):
    def __init__(self, discriminator, generator, latent_dim):
        super().__init__()
        self.discriminator = discriminator
        self.generator = generator
        self.latent_dim = latent_dim
        self.gen_loss_tracker = keras.metrics.Mean(name="generator_loss")
        self.disc_loss_tracker = keras.metrics.Mean(name="discriminator_loss")

    @property
    def metrics(self):
        return [self.gen_loss_tracker, self.disc_loss_tracker]

    def compile(self, d_optimizer, g_optimizer, loss_fn):
        super().compile()
        self.d_optimizer = d_optimizer
        self.g_optimizer = g_optimizer
        self.loss_fn = loss_fn

    def train_step(self, data):
        real_images, one_hot = data
        maps = class_maps(one_hot)
        n = tf.shape(real_images)[0]
        z = tf.concat([tf.random.normal((n, self.latent_dim)), one_hot], axis=1)
        fake_images = self.generator(z)
        combined = tf.concat(
            [tf.concat([fake_images, maps], -1), tf.concat([real_images, maps], -1)], axis=0
        )
        # 1 stands for generated, 0 for real
        y = tf.concat([tf.ones((n, 1)), tf.zeros((n, 1))], axis=0)
        y += 0.05 * tf.random.uniform(tf.shape(y))
        with tf.GradientTape() as tape:
            d_loss = self.loss_fn(y, self.discriminator(combined))
        grads = tape.gradient(d_loss, self.discriminator.trainable_weights)
        self.d_optimizer.apply_gradients(zip(grads, self.discriminator.trainable_weights))

        z = tf.concat([tf.random.normal((n, self.latent_dim)), one_hot], axis=1)
        with tf.GradientTape() as tape:
            fake = tf.concat([self.generator(z), maps], -1)
            g_loss = self.loss_fn(tf.zeros((n, 1)), self.discriminator(fake))
        grads = tape.gradient(g_loss, self.generator.trainable_weights)
        self.g_optimizer.apply_gradients(zip(grads, self.generator.trainable_weights))

        self.gen_loss_tracker.update_state(g_loss)
        self.disc_loss_tracker.update_state(d_loss)
        return {m.name: m.result() for m in self.metrics}


cgan = ConditionalGAN(discriminator, generator, latent_dim)
cgan.compile(
    d_optimizer=keras.optimizers.Adam(5e-4, beta_1=0.5),
    g_optimizer=keras.optimizers.Adam(5e-4, beta_1=0.5),
    loss_fn=keras.losses.BinaryCrossentropy(from_logits=True),
)
n = min(400, total_steps)
cgan.fit(dataset, epochs=max(1, total_steps // n), steps_per_epoch=n, verbose=2)

classes = np.repeat(np.arange(10), 20)
z = np.concatenate([np.random.normal(size=(200, latent_dim)), np.eye(10)[classes]], axis=1)
out = generator.predict(z.astype("float32"), verbose=0)
print("ink per class:", np.round([out[classes == c].mean() for c in range(10)], 3))
