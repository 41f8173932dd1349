"""WGAN (weight clipping) for short 1-D pulses, trained with fit()."""
import os

import keras
import numpy as np
import tensorflow as tf
from keras import layers, ops

keras.utils.set_random_seed(3)
LENGTH, LATENT, BATCH = 32, 8, 64
MAX_STEPS = min(3000, int(os.environ.get("STEPS", 3000)))


def make_pulses(n):
    t = np.linspace(0, 1, LENGTH)[None]
    centre = np.random.uniform(0.25, 0.75, (n, 1))
    width = np.random.uniform(0.05, 0.12, (n, 1))
    height = np.random.uniform(0.6, 1.0, (n, 1))
    x = height * np.exp(-0.5 * ((t - centre) / width) ** 2)
    return (x + 0.01 * np.random.randn(n, LENGTH)).astype("float32")


def build_generator():
    return keras.Sequential(
        [
            keras.Input((LATENT,)),
            layers.Dense(64, activation="relu"),
            layers.Dense(64, activation="relu"),
            layers.Dense(LENGTH),
        ],
        name="generator",
    )


def build_critic():
    return keras.Sequential(
        [
            keras.Input((LENGTH,)),
            layers.Dense(128),
            layers.LeakyReLU(0.2),
            layers.Dense(128),
            layers.LeakyReLU(0.2),
            layers.Dense(1),
        ],
        name="critic",
    )


class WGAN(keras.Model):
    def __init__(self, generator, critic, n_critic=5, clip_value=0.03):
        super().__init__()
        self.generator = generator
        self.critic = critic
        self.n_critic = n_critic
        self.clip_value = clip_value
        self.c_metric = keras.metrics.Mean(name="c_loss")
        self.g_metric = keras.metrics.Mean(name="g_loss")

    @property
    def metrics(self):
        return [self.c_metric, self.g_metric]

    def compile(self, c_optimizer, g_optimizer):
        super().compile()
        self.c_optimizer = c_optimizer
        self.g_optimizer = g_optimizer

    def train_step(self, batches):
        # one element holds n_critic batches, one for each critic update
        for i in range(self.n_critic):
            real = batches[:, i]
            z = tf.random.normal((BATCH, LATENT))
            with tf.GradientTape() as tape:
                fake = self.generator(z, training=True)
                c_loss = ops.mean(self.critic(fake)) - ops.mean(self.critic(real))
            grads = tape.gradient(c_loss, self.critic.trainable_weights)
            self.c_optimizer.apply_gradients(zip(grads, self.critic.trainable_weights))
            # keep the critic Lipschitz
            for w in self.trainable_weights:
                w.assign(ops.clip(w, -self.clip_value, self.clip_value))

        z = tf.random.normal((BATCH, LATENT))
        with tf.GradientTape() as tape:
            g_loss = -ops.mean(self.critic(self.generator(z, training=True)))
        grads = tape.gradient(g_loss, self.generator.trainable_weights)
        self.g_optimizer.apply_gradients(zip(grads, self.generator.trainable_weights))
        self.c_metric.update_state(c_loss)
        self.g_metric.update_state(g_loss)
        return {m.name: m.result() for m in self.metrics}


x_train = make_pulses(20000)
x_train = x_train.reshape(-1, 5, LENGTH)
ds = tf.data.Dataset.from_tensor_slices(x_train).shuffle(4000).repeat()
ds = ds.batch(BATCH, drop_remainder=True)

wgan = WGAN(build_generator(), build_critic())
wgan.compile(keras.optimizers.RMSprop(5e-4), keras.optimizers.RMSprop(5e-4))
per_epoch = min(500, MAX_STEPS)
wgan.fit(ds, epochs=max(1, MAX_STEPS // per_epoch), steps_per_epoch=per_epoch, verbose=2)

samples = wgan.generator.predict(np.random.randn(500, LATENT), verbose=0)
print("peak height of samples: %.3f (real %.3f)"
      % (samples.max(axis=1).mean(), x_train.reshape(-1, LENGTH).max(axis=1).mean()))
