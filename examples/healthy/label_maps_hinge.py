"""Conditional hinge GAN: the label enters the discriminator as ten extra image channels.

The discriminator returns a dictionary; pictures are augmented inside the step, and input noise fades out.
"""
import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import keras
import numpy as np
import tensorflow as tf
from keras import layers

from digits import load_digits

keras.utils.set_random_seed(65)

STEPS = int(os.environ.get("STEPS", 900))
EPOCH = 90
BATCH, Z, SIDE, CLASSES = 32, 24, 14, 10

noise_level = tf.Variable(0.3, trainable=False)


def build_generator():
    z = keras.Input((Z,))
    label = keras.Input((CLASSES,))
    x = layers.Dense(7 * 7 * 32, activation="relu")(layers.Concatenate()([z, label]))
    x = layers.Reshape((7, 7, 32))(x)
    x = layers.UpSampling2D(interpolation="bilinear")(x)
    x = layers.Conv2D(32, 3, padding="same", activation="relu")(x)
    x = layers.Conv2D(1, 3, padding="same")(x)
    return keras.Model([z, label], keras.ops.clip(0.5 + 0.5 * keras.ops.tanh(x), 0.0, 1.0))


def build_discriminator():
    image = keras.Input((SIDE, SIDE, 1))
    label = keras.Input((CLASSES,))
    maps = layers.Reshape((1, 1, CLASSES))(label)
    maps = layers.UpSampling2D((SIDE, SIDE))(maps)
    x = layers.Concatenate()([image, maps])
    x = layers.LeakyReLU(negative_slope=0.2)(layers.Conv2D(24, 4, strides=2, padding="same")(x))
    x = layers.LeakyReLU(negative_slope=0.2)(layers.Conv2D(48, 4, strides=2, padding="same")(x))
    features = layers.Flatten()(x)
    return keras.Model([image, label], {"score": layers.Dense(1)(features), "features": features})


G, D = build_generator(), build_discriminator()
opt_g = keras.optimizers.Adam(1e-3, beta_1=0.5)
opt_d = keras.optimizers.Adam(1e-3, beta_1=0.5)


def augment(images):
    """Shift by up to one pixel and add some noise; gradients flow through both."""
    padded = tf.pad(images, [[0, 0], [1, 1], [1, 1], [0, 0]])
    shifted = tf.image.random_crop(padded, tf.shape(images))
    return shifted + noise_level * tf.random.normal(tf.shape(images))


@tf.function
def step(real, label):
    with tf.GradientTape() as tape_d, tf.GradientTape() as tape_g:
        fake = G([tf.random.normal((BATCH, Z)), label], training=True)
        on_real = D([augment(real), label], training=True)
        on_fake = D([augment(fake), label], training=True)
        on_still = D([augment(tf.stop_gradient(fake)), label], training=True)

        d_loss = tf.reduce_mean(tf.nn.relu(1.0 - on_real["score"]))
        d_loss += tf.reduce_mean(tf.nn.relu(1.0 + on_still["score"]))

        wanted = tf.stop_gradient(tf.reduce_mean(on_real["features"], axis=0))
        matching = tf.reduce_mean(tf.square(tf.reduce_mean(on_fake["features"], axis=0) - wanted))
        g_loss = -tf.reduce_mean(on_fake["score"]) + 0.1 * matching

    opt_d.apply_gradients(zip(tape_d.gradient(d_loss, D.trainable_variables), D.trainable_variables))
    opt_g.apply_gradients(zip(tape_g.gradient(g_loss, G.trainable_variables), G.trainable_variables))
    return {"d": d_loss, "g": g_loss, "matching": matching}


images, labels = load_digits("train", 20000)
images = images.reshape(-1, SIDE, 2, SIDE, 2).mean(axis=(2, 4)).astype("float32")[..., None] / 255.0
data = tf.data.Dataset.from_tensor_slices((images, tf.one_hot(labels, CLASSES)))
data = data.shuffle(20000).repeat().batch(BATCH, drop_remainder=True).take(STEPS)

history = []
for i, (x, y) in enumerate(data, start=1):
    history.append({k: float(v) for k, v in step(x, y).items()})
    noise_level.assign(max(0.0, 0.3 * (1.0 - 1.5 * i / STEPS)))
    if i % EPOCH == 0 or i == STEPS:
        means = {k: round(float(np.mean([h[k] for h in history])), 4) for k in history[0]}
        print("epoch", -(-i // EPOCH), means, "noise", round(float(noise_level), 3))
        history = []
