"""DCGAN whose input pipeline stays in uint8; the batches are converted to floats inside the compiled step."""
import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import keras
import tensorflow as tf
from keras import layers

from digits import load_digits

keras.utils.set_random_seed(99)
STEPS = int(os.environ.get("STEPS", 500))
BATCH_SIZE = 32
EPOCH_STEPS = 50
noise_dim = 50

(train_images, _) = load_digits("train", 10000)
train_dataset = (
    tf.data.Dataset.from_tensor_slices(train_images)
    .cache()
    .shuffle(10000, seed=5)
    .batch(BATCH_SIZE, drop_remainder=True)
    .repeat()
    .prefetch(tf.data.AUTOTUNE)
)


def make_generator_model():
    model = keras.Sequential(name="generator")
    model.add(keras.Input((noise_dim,)))
    model.add(layers.Dense(7 * 7 * 32, use_bias=False))
    model.add(layers.BatchNormalization())
    model.add(layers.LeakyReLU())
    model.add(layers.Reshape((7, 7, 32)))
    model.add(layers.Conv2DTranspose(16, 4, strides=2, padding="same", use_bias=False))
    model.add(layers.BatchNormalization())
    model.add(layers.LeakyReLU())
    model.add(layers.Conv2DTranspose(1, 4, strides=2, padding="same", activation="tanh"))
    return model


def make_discriminator_model():
    model = keras.Sequential(name="discriminator")
    model.add(keras.Input((28, 28, 1)))
    model.add(layers.Conv2D(16, 5, strides=2, padding="same"))
    model.add(layers.LeakyReLU())
    model.add(layers.Dropout(0.3))
    model.add(layers.Conv2D(32, 5, strides=2, padding="same"))
    model.add(layers.LeakyReLU())
    model.add(layers.Dropout(0.3))
    model.add(layers.Flatten())
    model.add(layers.Dense(1))
    return model


generator = make_generator_model()
discriminator = make_discriminator_model()
cross_entropy = keras.losses.BinaryCrossentropy(from_logits=True)
generator_optimizer = keras.optimizers.Adam(1e-3, beta_1=0.5)
discriminator_optimizer = keras.optimizers.Adam(5e-4, beta_1=0.5)


def preprocess(images):
    images = tf.cast(images - 128, tf.float32) / 128.0
    return tf.expand_dims(images, -1)


@tf.function
def train_step(images):
    real_images = preprocess(images)
    noise = tf.random.normal([BATCH_SIZE, noise_dim])

    with tf.GradientTape() as gen_tape, tf.GradientTape() as disc_tape:
        generated_images = generator(noise, training=True)

        real_output = discriminator(real_images, training=True)
        fake_output = discriminator(generated_images, training=True)

        gen_loss = cross_entropy(tf.ones_like(fake_output), fake_output)
        real_loss = cross_entropy(tf.ones_like(real_output), real_output)
        fake_loss = cross_entropy(tf.zeros_like(fake_output), fake_output)
        disc_loss = real_loss + fake_loss

    generator_gradients = gen_tape.gradient(gen_loss, generator.trainable_variables)
    discriminator_gradients = disc_tape.gradient(disc_loss, discriminator.trainable_variables)

    generator_optimizer.apply_gradients(zip(generator_gradients, generator.trainable_variables))
    discriminator_optimizer.apply_gradients(zip(discriminator_gradients, discriminator.trainable_variables))
    return gen_loss, disc_loss


gen_metric = keras.metrics.Mean()
disc_metric = keras.metrics.Mean()
for step, image_batch in enumerate(train_dataset.take(STEPS), 1):
    gen_loss, disc_loss = train_step(image_batch)
    gen_metric.update_state(gen_loss)
    disc_metric.update_state(disc_loss)
    if step % EPOCH_STEPS == 0 or step == STEPS:
        print(f"epoch {(step + EPOCH_STEPS - 1) // EPOCH_STEPS}, gen_loss={gen_metric.result():.4f}, "
              f"disc_loss={disc_metric.result():.4f}")
        gen_metric.reset_state()
        disc_metric.reset_state()
