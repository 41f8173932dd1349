import os
import sys
import time
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parent.parent))

import tensorflow as tf
from tensorflow.keras import layers, models, optimizers, utils
from digits import load_digits

utils.set_random_seed(5)

BUFFER_SIZE = 10000
BATCH_SIZE = 64
NOISE_DIM = 40
STEPS = min(2200, int(os.environ.get("STEPS", 2200)))

train_images, _ = load_digits("train", BUFFER_SIZE)
train_images = train_images.reshape(-1, 28 * 28).astype("float32")
train_images = (train_images - 127.5) / 127.5  # [-1, 1]
train_dataset = tf.data.Dataset.from_tensor_slices(train_images).shuffle(BUFFER_SIZE).repeat().batch(BATCH_SIZE)


def make_generator_model():
    model = models.Sequential()
    model.add(layers.Input((NOISE_DIM,)))
    model.add(layers.Dense(128, use_bias=False))
    model.add(layers.BatchNormalization())
    model.add(layers.LeakyReLU())
    model.add(layers.Dense(256, use_bias=False))
    model.add(layers.BatchNormalization())
    model.add(layers.LeakyReLU())
    model.add(layers.Dense(28 * 28, activation="tanh"))
    return model


def make_discriminator_model():
    model = models.Sequential()
    model.add(layers.Input((28 * 28,)))
    model.add(layers.Dense(256))
    model.add(layers.LeakyReLU())
    model.add(layers.Dropout(0.3))
    model.add(layers.Dense(128))
    model.add(layers.LeakyReLU())
    model.add(layers.Dropout(0.3))
    model.add(layers.Dense(1))
    return model


generator = make_generator_model()
discriminator = make_discriminator_model()
generator_optimizer = optimizers.Adam(6e-4, beta_1=0.5)
discriminator_optimizer = optimizers.Adam(2e-4, beta_1=0.5)


def discriminator_loss(real_output, fake_output):
    real_loss = tf.reduce_mean(tf.square(real_output - 1))
    fake_loss = tf.reduce_mean(tf.square(fake_output))
    return 0.5 * (real_loss + fake_loss)


def generator_loss(fake_output):
    return 0.5 * tf.reduce_mean(tf.square(fake_output) - 1)


@tf.function
def train_step(images):
    noise = tf.random.normal([BATCH_SIZE, NOISE_DIM])
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
    gen_loss, disc_loss = train_step(image_batch)
    if step % 400 == 0:
        print("step %d, gen loss %.4f, disc loss %.4f" % (step, gen_loss, disc_loss))
print("Time for training is {:.1f} sec".format(time.time() - start))

pictures = generator(tf.random.normal([100, NOISE_DIM]), training=False)
print("generated pixels: mean %.3f std %.3f" % (tf.reduce_mean(pictures), tf.math.reduce_std(pictures)))
print("training pixels:  mean %.3f std %.3f" % (train_images.mean(), train_images.std()))
