"""WGAN-GP for short 1-D signals (a pulse at a random place, with ringing), written with Model.fit."""
import os

import keras
import numpy as np
import tensorflow as tf
from keras import layers

keras.utils.set_random_seed(21)
LENGTH, LATENT = 32, 8


def make_signals(n):
    t = np.arange(LENGTH)[None]
    centre = np.random.uniform(8, 20, (n, 1))
    width = np.random.uniform(1.2, 2.5, (n, 1))
    main = np.exp(-0.5 * ((t - centre) / width) ** 2)
    ring = -0.4 * np.exp(-0.5 * ((t - centre - 4 * width) / width) ** 2)
    return (main + ring + 0.02 * np.random.randn(n, LENGTH)).astype("float32")[..., None]


class WGAN(keras.Model):
    def __init__(self, generator, critic, n_critic=4, gp_weight=10.0, **kwargs):
        super().__init__(**kwargs)
        self.generator = generator
        self.critic = critic
        self.n_critic = n_critic
        self.gp_weight = gp_weight
        self.batches_seen = 0
        self.c_loss = keras.metrics.Mean(name="c_loss")
        self.g_loss = keras.metrics.Mean(name="g_loss")

    def compile(self, c_optimizer, g_optimizer):
        super().compile(jit_compile=False)
        self.c_optimizer = c_optimizer
        self.g_optimizer = g_optimizer

    @property
    def metrics(self):
        return [self.c_loss, self.g_loss]

    def gradient_penalty(self, real, fake):
        eps = tf.random.uniform((tf.shape(real)[0], 1, 1))
        mixed = eps * real + (1.0 - eps) * fake
        with tf.GradientTape() as tape:
            tape.watch(mixed)
            score = self.critic(mixed, training=True)
        grads = tape.gradient(score, mixed)
        norm = tf.sqrt(tf.reduce_sum(tf.square(grads), axis=[1, 2]) + 1e-12)
        return tf.reduce_mean((norm - 1.0) ** 2)

    def train_step(self, real):
        n = tf.shape(real)[0]
        self.batches_seen += 1

        # critic: every batch
        z = tf.random.normal((n, LATENT))
        fake = self.generator(z, training=True)
        with tf.GradientTape() as tape:
            wdist = tf.reduce_mean(self.critic(fake, training=True)) - tf.reduce_mean(self.critic(real, training=True))
            c_loss = wdist + self.gp_weight * self.gradient_penalty(real, fake)
        grads = tape.gradient(c_loss, self.critic.trainable_variables)
        self.c_optimizer.apply_gradients(zip(grads, self.critic.trainable_variables))
        self.c_loss.update_state(c_loss)

        # generator: every n_critic-th batch
        if self.batches_seen % self.n_critic == 0:
            self.update_generator(n)
        return {m.name: m.result() for m in self.metrics}

    def update_generator(self, n):
        z = tf.random.normal((n, LATENT))
        with tf.GradientTape() as tape:
            g_loss = -tf.reduce_mean(self.critic(self.generator(z, training=True), training=True))
        grads = tape.gradient(g_loss, self.generator.trainable_variables)
        self.g_optimizer.apply_gradients(zip(grads, self.generator.trainable_variables))
        self.g_loss.update_state(g_loss)


generator = keras.Sequential([
    keras.Input((LATENT,)),
    layers.Dense(128, activation="relu"),
    layers.Dense(128, activation="relu"),
    layers.Dense(LENGTH),
    layers.Reshape((LENGTH, 1)),
])
critic = keras.Sequential([
    keras.Input((LENGTH, 1)),
    layers.Conv1D(16, 5, strides=2, padding="same"),
    layers.LeakyReLU(0.2),
    layers.Conv1D(32, 5, strides=2, padding="same"),
    layers.LeakyReLU(0.2),
    layers.Flatten(),
    layers.Dense(64),
    layers.LeakyReLU(0.2),
    layers.Dense(1),
])

BATCH = 64
total = int(os.environ.get("STEPS", 4800))
per_epoch = min(total, 600)
signals = make_signals(8000)
data = tf.data.Dataset.from_tensor_slices(signals).shuffle(8000).batch(BATCH, drop_remainder=True).repeat().prefetch(2)

wgan = WGAN(generator, critic)
wgan.compile(keras.optimizers.Adam(5e-4, beta_1=0.5, beta_2=0.9), keras.optimizers.Adam(5e-4, beta_1=0.5, beta_2=0.9))
wgan.fit(data, epochs=max(1, total // per_epoch), steps_per_epoch=per_epoch, verbose=2)

fake = generator(tf.random.normal((500, LATENT))).numpy()[..., 0]
print("peak height: real %.2f fake %.2f" % (signals[:500, :, 0].max(1).mean(), fake.max(1).mean()))
print("peak place std: real %.2f fake %.2f" % (signals[:500, :, 0].argmax(1).std(), fake.argmax(1).std()))
