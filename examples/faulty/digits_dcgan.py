"""DCGAN on handwritten digits, following the TensorFlow tutorial (smaller, so that it runs on a laptop)."""
import os
import sys
import time
from pathlib import Path

import numpy as np
import tensorflow as tf
from tensorflow.keras import layers

sys.path.append(str(Path(__file__).resolve().parent.parent))
from digits import load_digits

tf.keras.utils.set_random_seed(42)

BUFFER_SIZE = 20000
BATCH_SIZE = 64
noise_dim = 64
STEPS = int(os.environ.get("STEPS", 1600))

(train_images, train_labels) = load_digits("train", BUFFER_SIZE)
train_images = train_images.reshape(train_images.shape[0], 28, 28, 1)
train_images = (train_images - 128) / 128.0  # Normalize the images to [-1, 1]

# Batch and shuffle the data
train_dataset = (
    tf.data.Dataset.from_tensor_slices(train_images.astype("float32"))
    .shuffle(BUFFER_SIZE)
    .batch(BATCH_SIZE, drop_remainder=True)
    .repeat()
)


def make_generator_model():
    model = tf.keras.Sequential()
    model.add(layers.Input((noise_dim,)))
    model.add(layers.Dense(7 * 7 * 32, use_bias=False))
    model.add(layers.BatchNormalization(momentum=0.9))
    model.add(layers.LeakyReLU())
    model.add(layers.Reshape((7, 7, 32)))
    model.add(layers.Conv2DTranspose(16, (5, 5), strides=(2, 2), padding="same", use_bias=False))
    model.add(layers.BatchNormalization(momentum=0.9))
    model.add(layers.LeakyReLU())
    model.add(layers.Conv2DTranspose(1, (5, 5), strides=(2, 2), padding="same", activation="tanh"))
    assert model.output_shape == (None, 28, 28, 1)
    return model


def make_discriminator_model():
    model = tf.keras.Sequential()
    model.add(layers.Input((28, 28, 1)))
    model.add(layers.Conv2D(16, (5, 5), strides=(2, 2), padding="same"))
    model.add(layers.LeakyReLU())
    model.add(layers.Dropout(0.3))
    model.add(layers.Conv2D(32, (5, 5), strides=(2, 2), padding="same"))
    model.add(layers.LeakyReLU())
    model.add(layers.Dropout(0.3))
    model.add(layers.Flatten())
    model.add(layers.Dense(1))
    return model


generator = make_generator_model()
discriminator = make_discriminator_model()

# This method returns a helper function to compute cross entropy loss
cross_entropy = tf.keras.losses.BinaryCrossentropy(from_logits=True)


def discriminator_loss(real_output, fake_output):
    real_loss = cross_entropy(tf.ones_like(real_output), real_output)
    fake_loss = cross_entropy(tf.zeros_like(fake_output), fake_output)
    return real_loss + fake_loss


def generator_loss(fake_output):
    return cross_entropy(tf.ones_like(fake_output), fake_output)


generator_optimizer = tf.keras.optimizers.Adam(1e-3, beta_1=0.5)
discriminator_optimizer = tf.keras.optimizers.Adam(5e-4, beta_1=0.5)


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
for step, image_batch in enumerate(train_dataset.take(STEPS)):
    g, d = train_step(image_batch)
    if step % 200 == 0:
        print(f"step {step:5d}  gen {float(g):.3f}  disc {float(d):.3f}  ({time.time() - start:.0f} s)")

seed = tf.random.normal([16, noise_dim])
predictions = generator(seed, training=False)
pixels = np.clip(predictions * 127.5 + 127.5, 0, 255).astype("uint8")
print("samples", pixels.shape, "mean grey", pixels.mean().round(1), "max", pixels.max())
