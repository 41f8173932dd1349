# GAN on digits, object style. Usage: python digits_gan_class.py
import os
import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parent.parent))

import numpy as np
import tensorflow as tf
from keras.layers import BatchNormalization, Dense, Dropout, Input, LeakyReLU, Reshape, Flatten
from keras.models import Sequential
from keras.optimizers import Adam
from keras.losses import BinaryCrossentropy
from keras.utils import set_random_seed
from digits import load_digits

set_random_seed(2024)


class GAN:
    def __init__(self):
        self.img_shape = (28, 28, 1)
        self.latent_dim = 50
        self.generator = self.build_generator()
        self.discriminator = self.build_discriminator()
        self.bce = BinaryCrossentropy()
        self.opt_g = Adam(6e-4, 0.5)
        self.opt_d = Adam(2e-4, 0.5)

    def build_generator(self):
        model = Sequential()
        model.add(Input((self.latent_dim,)))
        for units in (128, 256):
            model.add(Dense(units))
            model.add(BatchNormalization(momentum=0.8))
            model.add(LeakyReLU(0.2))
        model.add(Dense(784, activation="tanh"))
        model.add(Reshape(self.img_shape))
        return model

    def build_discriminator(self):
        model = Sequential()
        model.add(Input(self.img_shape))
        model.add(Flatten())
        for units in (256, 128):
            model.add(Dense(units))
            model.add(LeakyReLU(0.2))
            model.add(Dropout(0.3))
        model.add(Dense(1, activation="sigmoid"))
        return model

    def noise(self, n):
        return tf.random.normal((n, self.latent_dim))

    @tf.function
    def train_batch(self, imgs):
        n = imgs.shape[0]
        # discriminator
        with tf.GradientTape() as tape:
            p_real = self.discriminator(imgs, training=True)
            p_fake = self.discriminator(self.generator(self.noise(n), training=True), training=True)
            d_loss = 0.5 * (self.bce(tf.ones((n, 1)), p_real) + self.bce(tf.zeros((n, 1)), p_fake))
        variables = self.discriminator.trainable_variables
        self.opt_d.apply_gradients(zip(tape.gradient(d_loss, variables), variables))
        # generator
        with tf.GradientTape() as tape:
            p_fake = self.discriminator(self.generator(self.noise(n), training=True), training=True)
            g_loss = self.bce(tf.ones((n, 1)), p_fake)
        variables = self.generator.trainable_variables
        self.opt_g.apply_gradients(zip(tape.gradient(g_loss, variables), variables))
        return d_loss, g_loss

    def train(self, iterations, batch_size=64, log_every=400):
        X, _ = load_digits("train", 12000)
        X = (X.astype(np.float32) - 127.5) / 127.5
        self.X = X[..., np.newaxis]
        for it in range(iterations):
            idx = np.random.randint(0, len(self.X), batch_size)
            d_loss, g_loss = self.train_batch(tf.constant(self.X[idx]))
            if it % log_every == 0:
                print("%d [D loss: %.4f] [G loss: %.4f]" % (it, d_loss, g_loss))

    def sample_images(self, rows=5, cols=5):
        """One picture after the other, so that a big sheet fits in memory."""
        sheet = []
        for _ in range(rows * cols):
            img = self.generator(self.noise(1), training=True)
            sheet.append(0.5 * img.numpy()[0, :, :, 0] + 0.5)
        return np.stack(sheet)


if __name__ == "__main__":
    gan = GAN()
    gan.train(min(2000, int(os.environ.get("STEPS", 2000))))
    sheet = gan.sample_images()
    print("sheet", sheet.shape, "mean %.3f" % sheet.mean(), "range", sheet.min(), sheet.max())
