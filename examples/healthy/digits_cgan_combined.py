"""Conditional GAN in the class style: two compiled models and a combined one.

Convention here: the discriminator answers "is it fake?", so real pictures have target 0 and generated ones 1.
"""
import os
import sys
from pathlib import Path

import numpy as np
import keras
from keras import layers

sys.path.append(str(Path(__file__).resolve().parent.parent))
from digits import load_digits

keras.utils.set_random_seed(8)
REAL, FAKE = 0.0, 1.0


class ConditionalGAN:
    latent = 32
    classes = 10

    def __init__(self):
        self.D = self.make_discriminator()
        self.D.compile(loss="binary_crossentropy", optimizer=keras.optimizers.Adam(3e-4, beta_1=0.5))
        self.G = self.make_generator()
        z, c = keras.Input((self.latent,)), keras.Input((self.classes,))
        self.combined = keras.Model([z, c], self.D([self.G([z, c]), c]))
        self.combined.compile(loss="binary_crossentropy", optimizer=keras.optimizers.Adam(4e-4, beta_1=0.5))

    def make_generator(self):
        z, c = keras.Input((self.latent,)), keras.Input((self.classes,))
        h = layers.Concatenate()([z, c])
        for n in (128, 256):
            h = layers.Dense(n)(h)
            h = layers.BatchNormalization(momentum=0.8)(h)
            h = layers.LeakyReLU(negative_slope=0.1)(h)
        return keras.Model([z, c], layers.Dense(196, activation="sigmoid")(h))

    def make_discriminator(self):
        x, c = keras.Input((196,)), keras.Input((self.classes,))
        h = layers.Concatenate()([x, layers.Dense(32)(c)])
        for n in (256, 128):
            h = layers.Dense(n)(h)
            h = layers.LeakyReLU(negative_slope=0.2)(h)
            h = layers.Dropout(0.3)(h)
        return keras.Model([x, c], layers.Dense(1, activation="sigmoid")(h))

    def noise(self, n):
        z = np.random.normal(size=(n, self.latent)).astype("float32")
        c = np.eye(self.classes, dtype="float32")[np.random.randint(0, self.classes, n)]
        return z, c

    def fit(self, images, labels, steps, batch=64):
        onehot = np.eye(self.classes, dtype="float32")
        for step in range(steps):
            # discriminator
            self.D.trainable = True
            pick = np.random.randint(0, len(images), batch)
            z, c = self.noise(batch)
            fakes = self.G([z, c], training=True)
            d1 = self.D.train_on_batch([images[pick], onehot[labels[pick]]], np.full((batch, 1), REAL))
            d2 = self.D.train_on_batch([fakes, c], np.full((batch, 1), FAKE))
            # generator: wants the answer "real"
            self.D.trainable = False
            z, c = self.noise(batch)
            g = self.combined.train_on_batch([z, c], np.full((batch, 1), REAL))
            if step % 500 == 0:
                # (train_on_batch returns the running mean)
                print("step", step, "d real %.3f, d fake %.3f, g %.3f" % (d1, d2, g))


if __name__ == "__main__":
    x, y = load_digits("train", 20000)
    x = x.reshape(-1, 14, 2, 14, 2).mean(axis=(2, 4)).reshape(-1, 196).astype("float32") / 255
    gan = ConditionalGAN()
    gan.fit(x, y, int(os.environ.get("STEPS", 3000)))
    want = np.repeat(np.eye(10, dtype="float32"), 20, axis=0)
    made = gan.G.predict([np.random.normal(size=(200, gan.latent)), want], verbose=0)
    for k in (0, 1, 8):
        print("ink of", k, "made %.3f, real %.3f" % (made[20 * k:20 * k + 20].mean(), x[y == k].mean()))
