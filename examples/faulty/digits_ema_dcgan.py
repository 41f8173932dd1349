"""DCGAN for MNIST at 14x14 with an averaged copy of the generator for sampling."""
import os
import sys
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf
from keras import layers

sys.path.append(str(Path(__file__).resolve().parent.parent))
from digits import load_digits

keras.utils.set_random_seed(7)

NOISE_DIM = 64
BATCH_SIZE = 64
STEPS = min(int(os.environ.get("STEPS", 1200)), 1200)
EMA_DECAY = 0.99


def load_data():
    images, _ = load_digits("train")
    images = images.reshape(-1, 14, 2, 14, 2).mean(axis=(2, 4))
    images = images[..., None].astype("float32") / 127.5 - 1.0
    return tf.data.Dataset.from_tensor_slices(images).shuffle(60000).repeat().batch(BATCH_SIZE).prefetch(2)


def make_generator():
    return keras.Sequential(
        [
            keras.Input((NOISE_DIM,)),
            layers.Dense(7 * 7 * 32, use_bias=False),
            layers.BatchNormalization(momentum=0.9),
            layers.LeakyReLU(0.2),
            layers.Reshape((7, 7, 32)),
            layers.Conv2DTranspose(32, 5, strides=2, padding="same", use_bias=False),
            layers.BatchNormalization(momentum=0.9),
            layers.LeakyReLU(0.2),
            layers.Conv2D(1, 5, padding="same", activation="tanh"),
        ]
    )


def make_discriminator():
    return keras.Sequential(
        [
            keras.Input((14, 14, 1)),
            layers.Conv2D(32, 5, strides=2, padding="same"),
            layers.LeakyReLU(0.2),
            layers.Dropout(0.3),
            layers.Conv2D(64, 5, strides=2, padding="same"),
            layers.LeakyReLU(0.2),
            layers.Dropout(0.3),
            layers.Flatten(),
            layers.Dense(1),
        ]
    )


class DCGAN(keras.Model):
    def __init__(self):
        super().__init__()
        self.generator = make_generator()
        self.discriminator = make_discriminator()
        # slow copy, used for sampling only
        self.ema_generator = keras.models.clone_model(self.generator)
        self.ema_generator.set_weights(self.generator.get_weights())
        self.ema_generator.trainable = True

    def compile(self, g_optimizer, d_optimizer):
        super().compile()
        self.g_optimizer = g_optimizer
        self.d_optimizer = d_optimizer
        self.bce = keras.losses.BinaryCrossentropy(from_logits=True)

    def update_ema(self):
        for w, ema_w in zip(self.generator.trainable_weights, self.ema_generator.trainable_weights):
            ema_w.assign(EMA_DECAY * ema_w + (1.0 - EMA_DECAY) * w)

    def train_step(self, real_images):
        noise = tf.random.normal((BATCH_SIZE, NOISE_DIM))
        with tf.GradientTape() as d_tape, tf.GradientTape() as g_tape:
            fake_images = self.generator(noise, training=True)
            real_out = self.discriminator(real_images, training=True)
            fake_out = self.discriminator(fake_images, training=True)
            d_loss = 0.5 * (self.bce(tf.ones_like(real_out), real_out)
                            + self.bce(tf.zeros_like(fake_out), fake_out))
            g_loss = self.bce(tf.ones_like(fake_out), fake_out)
        d_vars = self.discriminator.trainable_variables
        g_vars = self.generator.trainable_variables
        self.d_optimizer.apply_gradients(zip(d_tape.gradient(d_loss, d_vars), d_vars))
        self.g_optimizer.apply_gradients(zip(g_tape.gradient(g_loss, g_vars), g_vars))
        self.update_ema()
        return {"d_loss": d_loss, "g_loss": g_loss}


gan = DCGAN()
gan.compile(keras.optimizers.Adam(4e-4, beta_1=0.5), keras.optimizers.Adam(3e-4, beta_1=0.5))
per_epoch = min(STEPS, 300)
gan.fit(load_data(), steps_per_epoch=per_epoch, epochs=max(1, STEPS // per_epoch), verbose=2)

noise = tf.random.normal((256, NOISE_DIM))
samples = gan.ema_generator(noise, training=False).numpy()
print("samples: mean %.3f  std %.3f  white pixels %.3f" % (samples.mean(), samples.std(), (samples > 0).mean()))
