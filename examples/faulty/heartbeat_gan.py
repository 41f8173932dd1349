"""Generate heartbeat-like waveforms (48 samples) with a plain GAN."""
import os

import numpy as np
import tensorflow as tf
from tensorflow.keras import layers, Model, Input
from tensorflow.keras.optimizers import Adam

tf.keras.utils.set_random_seed(4)
T = 48
CODE = 8


def heartbeats(n, rng):
    t = np.linspace(0, 1, T)[None, :]
    shift = rng.uniform(-0.18, 0.18, (n, 1))
    height = rng.uniform(0.7, 1.0, (n, 1))

    def bump(at, width, size):
        return size * np.exp(-(((t - at - shift) / width) ** 2))

    beat = bump(0.25, 0.08, 0.2) + bump(0.45, 0.05, 1.0) * height - bump(0.55, 0.05, 0.35) + bump(0.75, 0.1, 0.35)
    return (beat + rng.normal(0, 0.01, beat.shape)).astype(np.float32)


def dense_block(x, units):
    x = layers.Dense(units, use_bias=False)(x)
    x = layers.BatchNormalization(momentum=0.9)(x)
    layers.LeakyReLU(0.2)
    return x


def build_generator():
    z = Input(shape=(CODE,))
    x = dense_block(z, 64)
    x = dense_block(x, 128)
    x = dense_block(x, 128)
    return Model(z, layers.Dense(T)(x), name="generator")


def build_discriminator():
    s = Input(shape=(T,))
    x = layers.Reshape((T, 1))(s)
    for filters in (16, 32):
        x = layers.Conv1D(filters, 5, strides=2, padding="same")(x)
        x = layers.LeakyReLU(0.2)(x)
    x = layers.Flatten()(x)
    x = layers.Dropout(0.2)(x)
    return Model(s, layers.Dense(1)(x), name="discriminator")


class Trainer:
    def __init__(self):
        self.generator = build_generator()
        self.discriminator = build_discriminator()
        self.gen_opt = Adam(5e-4, beta_1=0.5)
        self.disc_opt = Adam(3e-4, beta_1=0.5)
        self.bce = tf.keras.losses.BinaryCrossentropy(from_logits=True)

    @tf.function
    def step(self, real):
        n = tf.shape(real)[0]
        with tf.GradientTape() as dt:
            fake = self.generator(tf.random.normal((n, CODE)), training=True)
            pr = self.discriminator(real, training=True)
            pf = self.discriminator(fake, training=True)
            # one-sided label smoothing
            dl = self.bce(0.9 * tf.ones_like(pr), pr) + self.bce(tf.zeros_like(pf), pf)
        g = dt.gradient(dl, self.discriminator.trainable_variables)
        self.disc_opt.apply_gradients(zip(g, self.discriminator.trainable_variables))
        with tf.GradientTape() as gt:
            fake = self.generator(tf.random.normal((n, CODE)), training=True)
            pf = self.discriminator(fake, training=True)
            gl = self.bce(tf.ones_like(pf), pf)
        g = gt.gradient(gl, self.generator.trainable_variables)
        self.gen_opt.apply_gradients(zip(g, self.generator.trainable_variables))
        return dl, gl

    def run(self, data, steps, batch=64):
        ds = tf.data.Dataset.from_tensor_slices(data).shuffle(len(data)).repeat().batch(batch)
        for i, real in enumerate(ds.take(steps)):
            dl, gl = self.step(real)
            if i % 750 == 0:
                print("%d: disc %.3f gen %.3f" % (i, dl, gl))


beats = heartbeats(5000, np.random.default_rng(4))
trainer = Trainer()
trainer.run(beats, int(os.environ.get("STEPS", 4500)))

made = trainer.generator(tf.random.normal((1000, CODE)), training=False).numpy()
print("height of the main peak: real %.2f +- %.2f, made %.2f +- %.2f" % (
    beats.max(1).mean(), beats.max(1).std(), made.max(1).mean(), made.max(1).std()))
dist = np.sqrt(((made[:200, None] - beats[None, :2000]) ** 2).mean(-1)).min(1)
print("rms difference to the most similar real beat: %.3f" % dist.mean())
print("place of the main peak, standard deviation: real %.2f, made %.2f" % (beats.argmax(1).std(), made.argmax(1).std()))
