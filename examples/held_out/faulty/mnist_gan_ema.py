"""Digits with an averaged copy of the generator for sampling (as in StyleGAN / BigGAN code)."""
import os
import sys
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf
from keras import layers

sys.path.append(str(Path(__file__).resolve().parent.parent))
from digits import load_digits  # noqa: E402

keras.utils.set_random_seed(0)


class HParams:
    z_dim = 32
    batch = 64
    g_lr = 1e-3
    d_lr = 3e-4
    ema_decay = 0.995
    steps = min(2200, int(os.environ.get("STEPS", 2200)))
    init = keras.initializers.RandomNormal(mean=0.0, stddev=0.02)


hp = HParams()


def get_data():
    x, _ = load_digits("train", 10000)
    x = x.astype("float32").reshape(-1, 784) / 127.5 - 1.0
    ds = tf.data.Dataset.from_tensor_slices(x).shuffle(10000, seed=0)
    return x, ds.repeat().batch(hp.batch, drop_remainder=True)


def generator_net():
    return keras.Sequential([
        layers.Input((hp.z_dim,)),
        layers.Dense(128, use_bias=False, kernel_initializer=hp.init),
        layers.BatchNormalization(momentum=0.9),
        layers.ReLU(),
        layers.Dense(256, use_bias=False, kernel_initializer=hp.init),
        layers.BatchNormalization(momentum=0.9),
        layers.ReLU(),
        layers.Dense(784, activation="tanh", kernel_initializer=hp.init),
    ])


def discriminator_net():
    return keras.Sequential([
        layers.Input((784,)),
        layers.Dense(256, activation="leaky_relu"),
        layers.Dropout(0.3),
        layers.Dense(128, activation="leaky_relu"),
        layers.Dropout(0.3),
        layers.Dense(1),
    ])


class Trainer:
    def __init__(self):
        self.g = generator_net()
        self.d = discriminator_net()
        self.g_ema = generator_net()
        self.g_ema.set_weights(self.g.get_weights())
        self.g_opt = keras.optimizers.Adam(hp.g_lr, beta_1=0.5)
        self.d_opt = keras.optimizers.Adam(hp.d_lr, beta_1=0.5)

    def update_ema(self, decay):
        for w_ema, w in zip(self.g_ema.trainable_weights, self.g.trainable_weights):
            w_ema.assign(decay * w_ema + (1.0 - decay) * w)

    @tf.function
    def step(self, real):
        z = tf.random.normal((hp.batch, hp.z_dim))
        with tf.GradientTape() as tape_d, tf.GradientTape() as tape_g:
            fake = self.g(z, training=True)
            d_real = self.d(real, training=True)
            d_fake = self.d(fake, training=True)
            loss_d = tf.reduce_mean(tf.nn.softplus(-d_real)) + tf.reduce_mean(tf.nn.softplus(d_fake))
            loss_g = tf.reduce_mean(tf.nn.softplus(-d_fake))
        grad_d = tape_d.gradient(loss_d, self.d.trainable_weights)
        grad_g = tape_g.gradient(loss_g, self.g.trainable_weights)
        self.d_opt.apply_gradients(zip(grad_d, self.d.trainable_weights))
        self.g_opt.apply_gradients(zip(grad_g, self.g.trainable_weights))
        self.update_ema(hp.ema_decay)
        return loss_d, loss_g


x_all, ds = get_data()
trainer = Trainer()
for i, real in enumerate(ds.take(hp.steps)):
    loss_d, loss_g = trainer.step(real)
    if i % 400 == 0:
        print(f"[{i}/{hp.steps}] loss_d={float(loss_d):.3f} loss_g={float(loss_g):.3f}")

z_fixed = tf.random.normal((64, hp.z_dim), seed=1)
samples = trainer.g_ema(z_fixed, training=False).numpy()
print("samples: mean %.3f, ink %.3f; data: mean %.3f, ink %.3f"
      % (samples.mean(), (samples > 0).mean(), x_all.mean(), (x_all > 0).mean()))
