"""Image-to-image toy: noisy patch -> clean patch. No latent input, dropout is the only randomness (as in pix2pix)."""
import os

import keras
import numpy as np
import tensorflow as tf
from keras import layers

keras.utils.set_random_seed(6)
SIZE = 16
STEPS = min(1300, int(os.environ.get("STEPS", 1300)))


def clean_patches(n, rng):
    yy, xx = np.mgrid[:SIZE, :SIZE]
    angle = rng.uniform(0, np.pi, (n, 1, 1))
    offset = rng.uniform(-3, 3, (n, 1, 1))
    dist = (xx - 7.5) * np.cos(angle) + (yy - 7.5) * np.sin(angle) - offset
    return (0.8 * np.clip(dist, -1, 1))[..., None].astype("float32")


def down(x, filters, norm=True):
    x = layers.Conv2D(filters, 4, strides=2, padding="same", use_bias=not norm)(x)
    if norm:
        x = layers.BatchNormalization()(x)
    return layers.LeakyReLU(0.2)(x)


def up(x, skip, filters):
    x = layers.Conv2DTranspose(filters, 4, strides=2, padding="same", use_bias=False)(x)
    x = layers.BatchNormalization()(x)
    x = layers.Dropout(0.2)(x)
    x = layers.ReLU()(x)
    return layers.Concatenate()([x, skip])


class Pix2Pix(keras.Model):
    def __init__(self, l1_weight=60.0):
        super().__init__()
        self.l1_weight = l1_weight
        self.gen = self.build_unet()
        self.disc = self.build_patch_disc()
        self.bce = keras.losses.BinaryCrossentropy(from_logits=True)
        self.names = ("d_loss", "adv", "l1")
        self.trackers = [keras.metrics.Mean(name=n) for n in self.names]

    @property
    def metrics(self):
        return self.trackers

    def build_unet(self):
        inp = keras.Input((SIZE, SIZE, 1))
        d1 = down(inp, 16, norm=False)
        d2 = down(d1, 32)
        d3 = down(d2, 32)
        x = up(d3, d2, 32)
        x = up(x, d1, 16)
        return keras.Model(inp, layers.Conv2DTranspose(1, 4, strides=2, padding="same", activation="tanh")(x))

    def build_patch_disc(self):
        a, b = keras.Input((SIZE, SIZE, 1)), keras.Input((SIZE, SIZE, 1))
        x = layers.Concatenate()([a, b])
        x = down(x, 16, norm=False)
        x = down(x, 32, norm=False)
        return keras.Model([a, b], layers.Conv2D(1, 3, padding="same")(x))

    def compile(self, g_opt, d_opt):
        super().compile()
        self.g_opt, self.d_opt = g_opt, d_opt

    def train_step(self, pair):
        noisy, clean = pair
        with tf.GradientTape() as gt, tf.GradientTape() as dt:
            out = self.gen(noisy, training=True)
            real = self.disc([noisy, clean], training=True)
            fake = self.disc([noisy, out], training=True)
            d_loss = 0.5 * (self.bce(tf.ones_like(real), real) + self.bce(tf.zeros_like(fake), fake))
            adv = self.bce(tf.ones_like(fake), fake)
            l1 = tf.reduce_mean(tf.abs(clean - out))
            g_loss = adv + self.l1_weight * l1
        self.g_opt.apply(gt.gradient(g_loss, self.gen.trainable_variables), self.gen.trainable_variables)
        self.d_opt.apply(dt.gradient(d_loss, self.disc.trainable_variables), self.disc.trainable_variables)
        for tracker, value in zip(self.trackers, (d_loss, adv, l1)):
            tracker.update_state(value)
        return {m.name: m.result() for m in self.trackers}


rng = np.random.default_rng(6)
clean = clean_patches(4000, rng)
noisy = clean + 0.7 * rng.standard_normal(clean.shape).astype("float32")
ds = tf.data.Dataset.from_tensor_slices((noisy, clean)).shuffle(4000).repeat().batch(32)
model = Pix2Pix()
model.compile(keras.optimizers.Adam(6e-4, beta_1=0.5), keras.optimizers.Adam(1e-4, beta_1=0.5))
n = min(260, STEPS)
model.fit(ds, steps_per_epoch=n, epochs=max(1, STEPS // n), verbose=2)

test = clean_patches(300, rng)
test_noisy = test + 0.7 * rng.standard_normal(test.shape).astype("float32")
# dropout stays on at test time, two passes give two answers
first = model.gen(test_noisy, training=True).numpy()
second = model.gen(test_noisy, training=True).numpy()
print("l1 noisy %.3f, restored %.3f, between two passes %.3f"
      % (np.abs(test_noisy - test).mean(), np.abs(first - test).mean(), np.abs(first - second).mean()))
