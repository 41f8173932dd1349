"""The old-school dense GAN: train_on_batch for the discriminator, then for the stacked model."""
import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import numpy as np
from keras.layers import Dense, Dropout, Input, LeakyReLU
from keras.models import Model, Sequential
from keras.optimizers import Adam
from keras.utils import set_random_seed

from digits import load_digits

set_random_seed(10)
random_dim = 32


def load_data(count=20000):
    x, _ = load_digits("train", count)
    x = (x.astype(np.float32) - 127.5) / 127.5
    return x.reshape(count, 784)


def get_generator():
    generator = Sequential()
    generator.add(Input((random_dim,)))
    for units in (128, 256):
        generator.add(Dense(units))
        generator.add(LeakyReLU(negative_slope=0.2))
    generator.add(Dense(784, activation="tanh"))
    return generator


def get_discriminator(optimizer):
    discriminator = Sequential()
    discriminator.add(Input((784,)))
    for units in (256, 128):
        discriminator.add(Dense(units))
        discriminator.add(LeakyReLU(negative_slope=0.2))
        discriminator.add(Dropout(0.3))
    discriminator.add(Dense(1, activation="sigmoid"))
    discriminator.compile(loss="binary_crossentropy", optimizer=optimizer)
    return discriminator


def get_gan_network(discriminator, generator, optimizer):
    discriminator.trainable = False
    gan_input = Input((random_dim,))
    gan = Model(gan_input, discriminator(generator(gan_input)))
    gan.compile(loss="binary_crossentropy", optimizer=optimizer)
    return gan


def soft_labels(n, value):
    """Class 0 is 'real', class 1 is 'generated'; labels are blurred, and a few of them flipped."""
    labels = np.full((n, 1), float(value))
    flip = np.random.random((n, 1)) < 0.03
    labels = np.where(flip, 1.0 - labels, labels)
    return np.abs(labels - np.random.uniform(0.0, 0.15, (n, 1))).astype("float32")


def train(steps, batch_size=64, report=150):
    x_train = load_data()
    generator = get_generator()
    discriminator = get_discriminator(Adam(4e-4, beta_1=0.5))
    gan = get_gan_network(discriminator, generator, Adam(4e-4, beta_1=0.5))

    d_losses, g_losses = [], []
    for step in range(1, steps + 1):
        noise = np.random.normal(0, 1, size=[batch_size, random_dim]).astype("float32")
        image_batch = x_train[np.random.randint(0, x_train.shape[0], size=batch_size)]
        generated_images = np.asarray(generator(noise))

        discriminator.trainable = True
        loss_real = discriminator.train_on_batch(image_batch, soft_labels(batch_size, 0))
        loss_fake = discriminator.train_on_batch(generated_images, soft_labels(batch_size, 1))

        discriminator.trainable = False
        noise = np.random.normal(0, 1, size=[batch_size, random_dim]).astype("float32")
        loss_gan = gan.train_on_batch(noise, np.zeros((batch_size, 1), "float32"))

        d_losses.append(0.5 * (float(np.ravel(loss_real)[0]) + float(np.ravel(loss_fake)[0])))
        g_losses.append(float(np.ravel(loss_gan)[0]))
        if step % report == 0 or step == steps:
            print("--- Epoch %d ---  discriminator %.4f  generator %.4f"
                  % (-(-step // report), np.mean(d_losses[-report:]), np.mean(g_losses[-report:])))
    return generator


if __name__ == "__main__":
    generator = train(int(os.environ.get("STEPS", 1800)))
