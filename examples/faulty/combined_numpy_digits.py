"""The classic dense GAN: a discriminator, a generator and the two stacked, trained on NumPy batches."""
import os
import sys
from pathlib import Path

import numpy as np
from keras import Input, Model, Sequential
from keras.layers import Dense, Dropout, Flatten, LeakyReLU, Reshape
from keras.optimizers import Adam
from keras.utils import set_random_seed

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from digits import load_digits


class GAN:
    def __init__(self):
        self.img_shape = (28, 28, 1)
        self.latent_dim = 100

        self.discriminator = self.build_discriminator()
        self.discriminator.compile(loss="binary_crossentropy", optimizer=Adam(0.0002, 0.5),
                                   metrics=["accuracy"])

        self.generator = self.build_generator()

        z = Input(shape=(self.latent_dim,))
        img = self.generator(z)
        self.discriminator.trainable = False
        validity = self.discriminator(img)
        self.combined = Model(z, validity)
        self.combined.compile(loss="binary_crossentropy", optimizer=Adam(0.0002, 0.5))

    def build_generator(self):
        return Sequential([
            Input((self.latent_dim,)),
            Dense(128), LeakyReLU(0.2),
            Dense(256), LeakyReLU(0.2),
            Dense(int(np.prod(self.img_shape)), activation="tanh"),
            Reshape(self.img_shape),
        ])

    def build_discriminator(self):
        return Sequential([
            Input(self.img_shape),
            Flatten(),
            Dense(256), LeakyReLU(0.2), Dropout(0.3),
            Dense(128), LeakyReLU(0.2), Dropout(0.3),
            Dense(1, activation="sigmoid"),
        ])

    def train(self, steps, batch_size=64):
        images, _ = load_digits(count=20000)
        X_train = images.astype("float32") / 127.5 - 1.0
        X_train = np.expand_dims(X_train, axis=3)

        valid = np.ones((batch_size, 1))
        fake = np.zeros((batch_size, 1))
        per_epoch = max(1, steps // 10)
        logs = []

        for step in range(1, steps + 1):
            # Discriminator
            idx = np.random.randint(0, batch_size, batch_size)
            imgs = X_train[idx]
            noise = np.random.normal(0, 1, (batch_size, self.latent_dim))
            gen_imgs = self.generator.predict_on_batch(noise)

            self.discriminator.trainable = True
            d_real = self.discriminator.train_on_batch(imgs, valid)
            d_fake = self.discriminator.train_on_batch(gen_imgs, fake)
            d_loss = 0.5 * np.add(d_real, d_fake)

            # Generator
            self.discriminator.trainable = False
            noise = np.random.normal(0, 1, (batch_size, self.latent_dim))
            g_loss = self.combined.train_on_batch(noise, valid)

            logs.append((d_loss[0], d_loss[1], np.ravel(g_loss)[0]))
            if step % per_epoch == 0:
                d, acc, g = np.mean(logs[-per_epoch:], axis=0)
                print("%d [D loss: %f, acc.: %.2f%%] [G loss: %f]" % (step, d, 100 * acc, g))


if __name__ == "__main__":
    set_random_seed(123)
    gan = GAN()
    gan.train(steps=int(os.environ.get("STEPS", 1500)))
