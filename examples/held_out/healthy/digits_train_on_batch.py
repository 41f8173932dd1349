# Digits, classic Keras recipe: compiled discriminator, frozen inside a combined model.
# The discriminator answers the question "is it fake?": 0 for real digits, 1 for generated ones.
import os
import sys
from pathlib import Path

import numpy as np
import keras
from keras import layers

sys.path.append(str(Path(__file__).resolve().parent.parent))
from digits import load_digits

keras.utils.set_random_seed(6)
latent_dim = 40
batch_size = 64
n_iter = min(2000, int(os.environ.get("STEPS", 2000)))

x, _ = load_digits("train", 12000)
x = x.reshape(-1, 784) / 127.5 - 1
x = x.astype("float32")


def build_generator():
    m = keras.Sequential(name="generator")
    m.add(keras.Input((latent_dim,)))
    m.add(layers.Dense(128))
    m.add(layers.BatchNormalization(momentum=0.8))
    m.add(layers.LeakyReLU(0.2))
    m.add(layers.Dense(256))
    m.add(layers.BatchNormalization(momentum=0.8))
    m.add(layers.LeakyReLU(0.2))
    m.add(layers.Dense(784, activation="tanh"))
    return m


def build_discriminator():
    m = keras.Sequential(name="discriminator")
    m.add(keras.Input((784,)))
    m.add(layers.Dense(256))
    m.add(layers.LeakyReLU(0.2))
    m.add(layers.Dropout(0.3))
    m.add(layers.Dense(128))
    m.add(layers.LeakyReLU(0.2))
    m.add(layers.Dropout(0.3))
    m.add(layers.Dense(1, activation="sigmoid"))
    return m


generator = build_generator()
discriminator = build_discriminator()
discriminator.compile(optimizer=keras.optimizers.Adam(2e-4, beta_1=0.5), loss="binary_crossentropy")

z_in = keras.Input((latent_dim,))
combined = keras.Model(z_in, discriminator(generator(z_in)))
combined.compile(optimizer=keras.optimizers.Adam(6e-4, beta_1=0.5), loss="binary_crossentropy")

is_real = np.zeros((batch_size, 1))
is_fake = np.ones((batch_size, 1))

for it in range(n_iter):
    real = x[np.random.randint(0, len(x), batch_size)]
    z = np.random.normal(size=(batch_size, latent_dim)).astype("float32")
    fake = np.asarray(generator(z, training=True))

    discriminator.trainable = True
    loss_r = discriminator.train_on_batch(real, is_real + 0.1)      # one-sided smoothing
    loss_f = discriminator.train_on_batch(fake, is_fake)

    discriminator.trainable = False
    z = np.random.normal(size=(batch_size, latent_dim)).astype("float32")
    loss_g = combined.train_on_batch(z, is_real)

    if it % 250 == 0:
        print(f"{it:5d}  d_real {float(loss_r):.3f}  d_fake {float(loss_f):.3f}  g {float(loss_g):.3f}")

samples = generator.predict(np.random.normal(size=(200, latent_dim)), verbose=0)
print("ink of samples %.3f, of digits %.3f" % ((samples > 0).mean(), (x > 0).mean()))
print("std over samples %.3f, over digits %.3f" % (samples.std(0).mean(), x.std(0).mean()))
