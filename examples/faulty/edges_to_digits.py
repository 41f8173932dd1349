"""Image-to-image translation in the manner of pix2pix: from the outline of a digit to the filled digit.
The discriminator judges patches of the (outline, digit) pair."""
import os
import sys
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf
from keras import layers

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from digits import load_digits

STEPS = int(os.environ.get("STEPS", 1000))
EPOCHS = 10
BATCH_SIZE = 16
LAMBDA = 100.0

keras.utils.set_random_seed(7)


def outline(images):
    """Strong horizontal or vertical differences, as an image in {-1, 1}."""
    x = images.astype("float32")
    dx = np.abs(np.diff(x, axis=2, prepend=0))
    dy = np.abs(np.diff(x, axis=1, prepend=0))
    return np.where(np.maximum(dx, dy) > 90, 1.0, -1.0).astype("float32")


def down(filters, norm=True):
    block = keras.Sequential([layers.Conv2D(filters, 4, strides=2, padding="same", use_bias=not norm)])
    if norm:
        block.add(layers.BatchNormalization())
    block.add(layers.LeakyReLU(0.2))
    return block


def up(filters):
    return keras.Sequential([
        layers.Conv2DTranspose(filters, 4, strides=2, padding="same", use_bias=False),
        layers.BatchNormalization(),
        layers.ReLU(),
    ])


def make_generator():
    inputs = keras.Input((28, 28, 1))
    d1 = down(16, norm=False)(inputs)
    d2 = down(32)(d1)
    mid = layers.Conv2D(48, 3, padding="same", activation="relu")(d2)
    u1 = layers.Concatenate()([up(32)(mid), d1])
    u2 = up(16)(u1)
    outputs = layers.Conv2D(1, 3, padding="same", activation="tanh")(u2)
    return keras.Model(inputs, outputs, name="generator")


def make_discriminator():
    source, target = keras.Input((28, 28, 1)), keras.Input((28, 28, 1))
    x = layers.Concatenate()([source, target])
    x = down(16, norm=False)(x)
    x = down(32)(x)
    x = layers.Conv2D(1, 3, padding="same")(x)
    return keras.Model([source, target], x, name="patch_discriminator")


class Pix2Pix(keras.Model):
    def __init__(self, generator, discriminator):
        super().__init__()
        self.generator = generator
        self.discriminator = discriminator
        self.bce = keras.losses.BinaryCrossentropy(from_logits=True)

    def compile(self, g_optimizer, d_optimizer):
        super().compile()
        self.g_optimizer = g_optimizer
        self.d_optimizer = d_optimizer

    def call(self, inputs, training=False):
        return self.generator(inputs, training=training)

    def train_step(self, data):
        source, target = data
        with tf.GradientTape() as g_tape, tf.GradientTape() as d_tape:
            output = self.generator(source, training=True)
            on_real = self.discriminator([source, target], training=True)
            on_fake = self.discriminator([source, output], training=True)
            adversarial = self.bce(tf.ones_like(on_fake), on_fake)
            l1 = tf.reduce_mean(tf.abs(target - output))
            g_loss = adversarial + LAMBDA * l1
            d_loss = 0.5 * (self.bce(tf.ones_like(on_real), on_real)
                            + self.bce(tf.zeros_like(on_fake), on_fake))
        g_vars, d_vars = self.generator.trainable_variables, self.discriminator.trainable_variables
        self.g_optimizer.apply_gradients(zip(g_tape.gradient(g_loss, g_vars), g_vars))
        self.d_optimizer.apply_gradients(zip(d_tape.gradient(d_loss, d_vars), d_vars))
        return {"g_loss": g_loss, "adversarial": adversarial, "l1": l1, "d_loss": d_loss}


images, _ = load_digits(count=8000)
sources = outline(images)[..., None]
targets = (images.astype("float32") / 127.5 - 1.0)[..., None]

source_ds = tf.data.Dataset.from_tensor_slices(sources).shuffle(8000)
target_ds = tf.data.Dataset.from_tensor_slices(targets).shuffle(8000)
dataset = tf.data.Dataset.zip((source_ds, target_ds))
dataset = dataset.batch(BATCH_SIZE, drop_remainder=True).repeat().prefetch(2)

model = Pix2Pix(make_generator(), make_discriminator())
model.compile(keras.optimizers.Adam(2e-4, beta_1=0.5), keras.optimizers.Adam(2e-4, beta_1=0.5))
model.fit(dataset, epochs=EPOCHS, steps_per_epoch=max(1, STEPS // EPOCHS), verbose=2)

translated = model.predict(sources[:64], verbose=0)
print("mean of the translated digits", translated.mean(), "standard deviation", translated.std())
