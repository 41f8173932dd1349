"""DCGAN on MNIST (half size), after the TensorFlow tutorial."""
import os
import sys
import time
from pathlib import Path

import numpy as np
import tensorflow as tf
from tensorflow.keras import layers

sys.path.append(str(Path(__file__).resolve().parent.parent))
from digits import load_digits

tf.keras.utils.set_random_seed(31)

BUFFER_SIZE = 60000
BATCH_SIZE = 64
noise_dim = 64
max_steps = min(1200, int(os.environ.get("STEPS", 1200)))


def read_images():
    """half-size digits as float images"""
    images, _ = load_digits()
    images = images.astype("float32") / 255.0
    return images.reshape(-1, 14, 2, 14, 2).mean(axis=(2, 4))[..., np.newaxis]


train_images = read_images()
train_images = (train_images - 127.5) / 127.5  # Normalize the images to [-1, 1]
train_dataset = tf.data.Dataset.from_tensor_slices(train_images).shuffle(BUFFER_SIZE).batch(BATCH_SIZE).repeat()


def make_generator_model():
    model = tf.keras.Sequential()
    model.add(layers.Input((noise_dim,)))
    model.add(layers.Dense(7 * 7 * 48, use_bias=False))
    model.add(layers.BatchNormalization(momentum=0.9))
    model.add(layers.LeakyReLU())
    model.add(layers.Reshape((7, 7, 48)))
    model.add(layers.Conv2D(32, (3, 3), padding="same", use_bias=False))
    model.add(layers.BatchNormalization(momentum=0.9))
    model.add(layers.LeakyReLU())
    model.add(layers.Conv2DTranspose(1, (4, 4), strides=(2, 2), padding="same", activation="tanh"))
    return model


def make_discriminator_model():
    model = tf.keras.Sequential()
    model.add(layers.Input((14, 14, 1)))
    model.add(layers.Conv2D(32, (5, 5), strides=(2, 2), padding="same"))
    model.add(layers.LeakyReLU())
    model.add(layers.Dropout(0.3))
    model.add(layers.Conv2D(64, (5, 5), strides=(2, 2), padding="same"))
    model.add(layers.LeakyReLU())
    model.add(layers.Dropout(0.3))
    model.add(layers.Flatten())
    model.add(layers.Dense(1))
    return model


generator = make_generator_model()
discriminator = make_discriminator_model()
cross_entropy = tf.keras.losses.BinaryCrossentropy(from_logits=True)
generator_optimizer = tf.keras.optimizers.Adam(4e-4, beta_1=0.5)
discriminator_optimizer = tf.keras.optimizers.Adam(3e-4, beta_1=0.5)


def discriminator_loss(real_output, fake_output):
    real_loss = cross_entropy(tf.ones_like(real_output), real_output)
    fake_loss = cross_entropy(tf.zeros_like(fake_output), fake_output)
    return real_loss + fake_loss


def generator_loss(fake_output):
    return cross_entropy(tf.ones_like(fake_output), fake_output)


@tf.function
def train_step(images):
    noise = tf.random.normal([BATCH_SIZE, noise_dim])
    with tf.GradientTape() as gen_tape, tf.GradientTape() as disc_tape:
        generated_images = generator(noise, training=True)
        real_output = discriminator(images, training=True)
        fake_output = discriminator(generated_images, training=True)
        gen_loss = generator_loss(fake_output)
        disc_loss = discriminator_loss(real_output, fake_output)
    gradients_of_generator = gen_tape.gradient(gen_loss, generator.trainable_variables)
    gradients_of_discriminator = disc_tape.gradient(disc_loss, discriminator.trainable_variables)
    generator_optimizer.apply_gradients(zip(gradients_of_generator, generator.trainable_variables))
    discriminator_optimizer.apply_gradients(zip(gradients_of_discriminator, discriminator.trainable_variables))
    return gen_loss, disc_loss


start = time.time()
for step, image_batch in enumerate(train_dataset.take(max_steps)):
    g, d = train_step(image_batch)
    if step % 200 == 0:
        print("step %4d  gen %.3f  disc %.3f  (%.0f s)" % (step, g, d, time.time() - start))

predictions = generator(tf.random.normal([64, noise_dim]), training=False).numpy()
print("predictions mean %.3f std %.3f max %.3f" % (predictions.mean(), predictions.std(), predictions.max()))
