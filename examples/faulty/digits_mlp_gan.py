"""A dense GAN with batch normalisation for MNIST digits, least squares loss."""
import os
import sys
from pathlib import Path

import numpy as np
import tensorflow as tf
from keras import Input, Sequential, layers, optimizers, utils

sys.path.append(str(Path(__file__).resolve().parent.parent))
from digits import load_digits

utils.set_random_seed(2024)
Z_DIM = 40
BATCH_SIZE = 128
MAX_STEPS = min(3000, int(os.environ.get("STEPS", 3000)))


class MnistGAN:
    def __init__(self):
        self.generator = self.build_generator()
        self.discriminator = self.build_discriminator()
        self.g_optimizer = optimizers.Adam(2e-4, beta_1=0.5)
        self.d_optimizer = optimizers.Adam(2e-4, beta_1=0.5)

    def build_generator(self):
        model = Sequential(name="generator")
        model.add(Input((Z_DIM,)))
        for units in (128, 256):
            model.add(layers.Dense(units))
            model.add(layers.BatchNormalization(momentum=0.9))
            model.add(layers.LeakyReLU(negative_slope=0.2))
        model.add(layers.Dense(14 * 14, activation="tanh"))
        model.add(layers.Reshape((14, 14)))
        return model

    def build_discriminator(self):
        model = Sequential(name="discriminator")
        model.add(Input((14, 14)))
        model.add(layers.Flatten())
        for units in (256, 128):
            model.add(layers.Dense(units))
            model.add(layers.LeakyReLU(negative_slope=0.2))
            model.add(layers.Dropout(0.3))
        model.add(layers.Dense(1))
        return model

    @tf.function
    def train_discriminator(self, real):
        fake = self.generator(tf.random.normal((BATCH_SIZE, Z_DIM)), training=True)
        with tf.GradientTape() as tape:
            loss = 0.5 * tf.reduce_mean((self.discriminator(real, training=True) - 1.0) ** 2)
            loss += 0.5 * tf.reduce_mean(self.discriminator(fake, training=True) ** 2)
        grads = tape.gradient(loss, self.discriminator.trainable_variables)
        self.d_optimizer.apply_gradients(zip(grads, self.discriminator.trainable_variables))
        return loss

    @tf.function
    def train_generator(self):
        with tf.GradientTape() as tape:
            fake = self.generator(tf.random.normal((BATCH_SIZE, Z_DIM)), training=True)
            loss = 0.5 * tf.reduce_mean((self.discriminator(fake, training=True) - 1.0) ** 2)
        grads = tape.gradient(loss, self.generator.trainable_variables)
        self.g_optimizer.apply_gradients(zip(grads, self.generator.trainable_variables))
        return loss

    def train(self, images, steps):
        for step in range(1, steps + 1):
            idx = np.random.randint(0, len(images), BATCH_SIZE)
            d_loss = self.train_discriminator(images[idx])
            g_loss = self.train_generator()
            if step % 500 == 0 or step == 1:
                print(f"{step} [D loss: {d_loss:.4f}] [G loss: {g_loss:.4f}]")

    def sample_images(self, rows=8, cols=8):
        gallery = []
        for _ in range(rows * cols):
            noise = np.random.normal(0, 1, (1, Z_DIM)).astype("float32")
            gallery.append(self.generator(noise, training=True)[0].numpy())
        return 0.5 * np.stack(gallery) + 0.5


if __name__ == "__main__":
    x, _ = load_digits("train")
    x = x.reshape(-1, 14, 2, 14, 2).mean(axis=(2, 4))
    x = ((x - 127.5) / 127.5).astype("float32")
    gan = MnistGAN()
    gan.train(x, MAX_STEPS)
    gallery = gan.sample_images()
    print("gallery", gallery.shape, "mean ink %.3f" % gallery.mean(), "pixel std over the gallery %.3f" % gallery.std(0).mean())
