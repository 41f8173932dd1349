"""Digits, convolutional GAN, separate functions for the two updates."""
import os
import sys
from pathlib import Path

import numpy as np
import tensorflow as tf
from tensorflow import keras
from tensorflow.keras import layers

sys.path.append(str(Path(__file__).resolve().parent.parent))
from digits import load_digits

keras.utils.set_random_seed(31)

CODE, BATCH = 50, 50
STEPS = int(os.environ.get("STEPS", 1400))

images, _ = load_digits("train", 15000)
images = images[..., None].astype("float32") / 255.0
data = tf.data.Dataset.from_tensor_slices(images).shuffle(15000).repeat().batch(BATCH)

G = keras.Sequential([
    keras.Input((CODE,)),
    layers.Dense(7 * 7 * 24),
    layers.BatchNormalization(momentum=0.9),
    layers.ReLU(),
    layers.Reshape((7, 7, 24)),
    layers.UpSampling2D(),
    layers.Conv2D(16, 3, padding="same"),
    layers.BatchNormalization(momentum=0.9),
    layers.ReLU(),
    layers.UpSampling2D(),
    layers.Conv2D(1, 5, padding="same", activation="sigmoid"),
])
D = keras.Sequential([
    keras.Input((28, 28, 1)),
    layers.GaussianNoise(0.05),
    layers.Conv2D(16, 5, strides=2, padding="same"),
    layers.LeakyReLU(0.2),
    layers.Conv2D(32, 5, strides=2, padding="same"),
    layers.LeakyReLU(0.2),
    layers.Flatten(),
    layers.Dropout(0.4),
    layers.Dense(1),
])
bce = keras.losses.BinaryCrossentropy(from_logits=True)
opt_G = keras.optimizers.Adam(8e-4, beta_1=0.5)
opt_D = keras.optimizers.Adam(4e-4, beta_1=0.5)


def code(n):
    return tf.random.uniform((n, CODE), -1.0, 1.0)


@tf.function
def d_step(real):
    fake = G(code(BATCH), training=True)
    with tf.GradientTape() as tape:
        r, f = D(real, training=True), D(fake, training=True)
        # real targets 0.9 instead of 1
        loss = bce(tf.fill(tf.shape(r), 0.9), r) + bce(tf.zeros_like(f), f)
    opt_D.apply(tape.gradient(loss, D.trainable_variables), D.trainable_variables)
    return loss


@tf.function
def g_step():
    with tf.GradientTape() as tape:
        f = D(G(code(BATCH), training=True), training=True)
        loss = bce(tf.ones_like(f), f)
    opt_G.apply(tape.gradient(loss, G.trainable_variables), G.trainable_variables)
    return loss


for step, real in enumerate(data.take(STEPS)):
    d_loss = d_step(real)
    g_loss = g_step()
    if step % 200 == 0:
        print(f"{step:5d}  D {d_loss:.3f}  G {g_loss:.3f}")

sheet = G(code(100), training=False).numpy()
print("mean ink: samples %.3f, digits %.3f" % (sheet.mean(), images.mean()))
