"""SNGAN-like training on the digits: spectral normalisation, hinge loss, two compiled steps."""
import os
import sys
from pathlib import Path

import numpy as np
import keras
import tensorflow as tf
from keras.layers import (Conv2D, Conv2DTranspose, Dense, Flatten, LeakyReLU, ReLU, Reshape,
                          BatchNormalization, SpectralNormalization)

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from digits import load_digits

SEED = 11
NUM_STEPS = int(os.environ.get("STEPS", 1000))
BATCH = 32
Z = 64


class Generator(keras.Model):
    def __init__(self):
        super().__init__()
        self.project = Dense(7 * 7 * 32, use_bias=False)
        self.shape_up = Reshape((7, 7, 32))
        self.norms = [BatchNormalization(), BatchNormalization()]
        self.act = ReLU()
        self.up1 = Conv2DTranspose(24, 4, strides=2, padding="same", use_bias=False)
        self.up2 = Conv2DTranspose(1, 4, strides=2, padding="same", activation="tanh")

    def call(self, z, training=False):
        x = self.act(self.norms[0](self.shape_up(self.project(z)), training=training))
        x = self.act(self.norms[1](self.up1(x), training=training))
        return self.up2(x)


class Discriminator(keras.Model):
    def __init__(self):
        super().__init__()
        self.convs = [SpectralNormalization(Conv2D(c, 4, strides=2, padding="same")) for c in (24, 48)]
        self.act = LeakyReLU(0.1)
        self.flat = Flatten()
        self.score = SpectralNormalization(Dense(1))

    def call(self, x, training=False):
        for conv in self.convs:
            x = self.act(conv(x, training=training))
        return self.score(self.flat(x), training=training)


keras.utils.set_random_seed(SEED)
generator, discriminator = Generator(), Discriminator()
g_opt = keras.optimizers.Adam(2e-4, beta_1=0.0, beta_2=0.9)
d_opt = keras.optimizers.Adam(4e-4, beta_1=0.0, beta_2=0.9)


def d_hinge(real_scores, fake_scores):
    on_real = tf.reduce_mean(tf.nn.relu(1.0 + real_scores))
    on_fake = tf.reduce_mean(tf.nn.relu(1.0 - fake_scores))
    return on_real + on_fake


def g_hinge(fake_scores):
    return -tf.reduce_mean(fake_scores)


@tf.function
def d_step(real):
    z = tf.random.normal((tf.shape(real)[0], Z))
    with tf.GradientTape() as tape:
        fake = generator(z, training=True)
        loss = d_hinge(discriminator(real, training=True), discriminator(fake, training=True))
    variables = discriminator.trainable_variables
    d_opt.apply_gradients(zip(tape.gradient(loss, variables), variables))
    return loss


@tf.function
def g_step():
    z = tf.random.normal((BATCH, Z))
    with tf.GradientTape() as tape:
        loss = g_hinge(discriminator(generator(z, training=True), training=True))
    variables = generator.trainable_variables
    g_opt.apply_gradients(zip(tape.gradient(loss, variables), variables))
    return loss


generator(tf.zeros((1, Z)))
discriminator(tf.zeros((1, 28, 28, 1)))

images, _ = load_digits(count=16000)
images = images[..., np.newaxis].astype(np.float32) / 127.5 - 1
dataset = tf.data.Dataset.from_tensor_slices(images).shuffle(8000, seed=SEED)
dataset = dataset.batch(BATCH, drop_remainder=True)

step, epoch = 0, 0
while step < NUM_STEPS:
    epoch += 1
    d_losses, g_losses = [], []
    for real_batch in dataset.take(min(200, NUM_STEPS - step)):
        d_losses.append(d_step(real_batch))
        g_losses.append(g_step())
        step += 1
    print(f"epoch {epoch} step {step} d_loss={np.mean(d_losses):.3f} g_loss={np.mean(g_losses):.3f}")
