"""Relativistic average GAN (Jolicoeur-Martineau, 2018) on uint8 digits that are scaled inside the steps."""
import os
import sys
from pathlib import Path

import keras
import tensorflow as tf
from keras import layers

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from digits import load_digits

STEPS = int(os.environ.get("STEPS", 1000))
BATCH, NOISE = 48, 64
keras.utils.set_random_seed(17)

generator = keras.Sequential([
    keras.Input((NOISE,)),
    layers.Dense(7 * 7 * 32, use_bias=False),
    layers.BatchNormalization(),
    layers.Activation("relu"),
    layers.Reshape((7, 7, 32)),
    layers.Conv2DTranspose(24, 4, strides=2, padding="same", use_bias=False),
    layers.BatchNormalization(),
    layers.Activation("relu"),
    layers.Conv2DTranspose(1, 4, strides=2, padding="same", activation="tanh"),
])
critic = keras.Sequential([
    keras.Input((28, 28, 1)),
    layers.Conv2D(24, 4, strides=2, padding="same"),
    layers.LeakyReLU(0.2),
    layers.Conv2D(48, 4, strides=2, padding="same"),
    layers.LeakyReLU(0.2),
    layers.Flatten(),
    layers.Dense(1),
])
g_optimizer = keras.optimizers.Adam(3e-4, beta_1=0.5)
c_optimizer = keras.optimizers.Adam(2e-4, beta_1=0.5)


def scale(images):
    return (tf.cast(images, tf.float32) - 127.5) / 127.5


def relativistic(first, second):
    """The first kind of image is to be judged more real than the average of the second, and the other way."""
    first_better = first - tf.reduce_mean(second)
    second_better = second - tf.reduce_mean(first)
    return tf.reduce_mean(
        tf.nn.sigmoid_cross_entropy_with_logits(labels=tf.ones_like(first), logits=first_better)
        + tf.nn.sigmoid_cross_entropy_with_logits(labels=tf.zeros_like(second), logits=second_better)) / 2


@tf.function
def d_step(images):
    real = scale(images)
    fake = tf.stop_gradient(generator(tf.random.normal((BATCH, NOISE)), training=True))
    with tf.GradientTape() as tape:
        loss = relativistic(critic(real, training=True), critic(fake, training=True))
    c_optimizer.apply(tape.gradient(loss, critic.trainable_variables), critic.trainable_variables)
    return loss


@tf.function
def g_step(images):
    real = scale(images)
    with tf.GradientTape() as tape:
        fake = generator(tf.random.normal((BATCH, NOISE)), training=True)
        loss = relativistic(critic(fake, training=True), critic(real, training=True))
    g_optimizer.apply(tape.gradient(loss, generator.trainable_variables), generator.trainable_variables)
    return loss


images, _ = load_digits(count=20000)
data = tf.data.Dataset.from_tensor_slices(images[..., None]).shuffle(20000).batch(BATCH, drop_remainder=True)

d_mean, g_mean = keras.metrics.Mean(), keras.metrics.Mean()
per_epoch = max(1, STEPS // 10)
for step, batch in enumerate(data.repeat().take(STEPS), start=1):
    d_mean.update_state(d_step(batch))
    g_mean.update_state(g_step(batch))
    if step % per_epoch == 0:
        print(f"epoch {step // per_epoch}  critic {d_mean.result():.4f}  generator {g_mean.result():.4f}")
        d_mean.reset_state()
        g_mean.reset_state()
