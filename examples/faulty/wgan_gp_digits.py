"""Wasserstein GAN with gradient penalty on 14x14 digits; critic and generator have a function each."""
import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import keras
import numpy as np
import tensorflow as tf
from keras import layers, ops

from digits import load_digits

keras.utils.set_random_seed(1234)

STEPS = int(os.environ.get("STEPS", 500))
EPOCH = 50
BATCH_SIZE = 64
N_CRITIC = 3
GP_WEIGHT = 10.0
Z_DIM = 32


def get_dataset():
    images, _ = load_digits("train", 12000)
    images = images.reshape(-1, 14, 2, 14, 2).mean(axis=(2, 4))
    images = (images / 127.5 - 1.0).astype("float32")[..., np.newaxis]
    ds = tf.data.Dataset.from_tensor_slices(images)
    return ds.shuffle(len(images)).repeat().batch(BATCH_SIZE * N_CRITIC, drop_remainder=True).prefetch(2)


def get_critic():
    return keras.Sequential([
        keras.Input((14, 14, 1)),
        layers.Conv2D(24, 5, strides=2, padding="same"),
        layers.LeakyReLU(0.2),
        layers.Conv2D(48, 5, strides=2, padding="same"),
        layers.LeakyReLU(0.2),
        layers.Flatten(),
        layers.Dense(1),
    ], name="critic")


def get_generator():
    return keras.Sequential([
        keras.Input((Z_DIM,)),
        layers.Dense(7 * 7 * 32, use_bias=False),
        layers.BatchNormalization(),
        layers.ReLU(),
        layers.Reshape((7, 7, 32)),
        layers.UpSampling2D(),
        layers.Conv2D(24, 3, padding="same", use_bias=False),
        layers.BatchNormalization(),
        layers.ReLU(),
        layers.Conv2D(1, 3, padding="same", activation="tanh"),
    ], name="generator")


critic = get_critic()
generator = get_generator()
critic_optimizer = keras.optimizers.Adam(5e-4, beta_1=0.0, beta_2=0.9)
generator_optimizer = keras.optimizers.Adam(5e-4, beta_1=0.0, beta_2=0.9)


def gradient_penalty(real_images, fake_images):
    alpha = tf.random.uniform([tf.shape(real_images)[0], 1, 1, 1])
    interpolated = real_images + alpha * (fake_images - real_images)
    with tf.GradientTape() as gp_tape:
        gp_tape.watch(interpolated)
        pred = critic(interpolated, training=True)
    grads = gp_tape.gradient(pred, interpolated)
    norm = tf.sqrt(tf.reduce_sum(tf.square(grads), axis=[1, 2, 3]) + 1e-12)
    return tf.reduce_mean((norm - 1.0) ** 2)


@tf.function
def critic_step(real_images):
    noise = tf.random.normal([BATCH_SIZE, Z_DIM])
    fake_images = generator(noise, training=True)
    with tf.GradientTape() as tape:
        real_score = critic(real_images, training=True)
        fake_score = critic(fake_images, training=True)
        wasserstein = tf.reduce_mean(fake_score) - tf.reduce_mean(real_score)
        penalty = gradient_penalty(real_images, fake_images)
        critic_loss = wasserstein + GP_WEIGHT * penalty
    gradients = tape.gradient(critic_loss, critic.trainable_variables)
    critic_optimizer.apply_gradients(zip(gradients, critic.trainable_variables))
    return critic_loss, penalty


@tf.function
def generator_step():
    noise = tf.random.normal([BATCH_SIZE, Z_DIM])
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean(critic(generator(noise, training=True), training=True))
    gradients = tape.gradient(loss, generator.trainable_variables)
    generator_optimizer.apply_gradients(zip(gradients, generator.trainable_variables))
    return loss


def train():
    c_mean, g_mean, p_mean = (keras.metrics.Mean() for _ in range(3))
    for step, chunk in enumerate(get_dataset().take(STEPS), start=1):
        for real_images in tf.split(chunk, N_CRITIC):
            c_loss, penalty = critic_step(real_images)
            c_mean.update_state(c_loss)
            p_mean.update_state(penalty)
        g_mean.update_state(generator_step())
        if step % EPOCH == 0 or step == STEPS:
            print(f"Epoch {-(-step // EPOCH)}: critic {float(c_mean.result()):.3f} "
                  f"penalty {float(p_mean.result()):.3f} generator {float(g_mean.result()):.3f}")
            for m in (c_mean, g_mean, p_mean):
                m.reset_state()


train()
digits = generator(ops.zeros((1, Z_DIM)), training=False)
print("mean digit value:", float(ops.mean(digits)))
