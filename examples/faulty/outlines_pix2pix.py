"""A tiny pix2pix: from the outline of a digit to the filled digit, with a patch discriminator."""
import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import keras
import tensorflow as tf
from keras import layers

from digits import load_digits

keras.utils.set_random_seed(44)

STEPS = int(os.environ.get("STEPS", 1000))
BATCH_SIZE = 6
LAMBDA = 50
COUNT = 3000

pictures, _ = load_digits("train", COUNT)
targets = tf.constant(pictures[..., None] / 127.5 - 1.0, tf.float32)
edges = tf.image.sobel_edges(targets)[..., 0, :]
outlines = tf.clip_by_value(tf.norm(edges, axis=-1, keepdims=True), 0.0, 2.0) - 1.0

outline_ds = tf.data.Dataset.from_tensor_slices(outlines).shuffle(COUNT)
target_ds = tf.data.Dataset.from_tensor_slices(targets).shuffle(COUNT)
train_ds = tf.data.Dataset.zip((outline_ds, target_ds)).batch(BATCH_SIZE, drop_remainder=True).repeat()


def down(filters, x, norm=True):
    x = layers.Conv2D(filters, 4, strides=2, padding="same", use_bias=not norm)(x)
    if norm:
        x = layers.BatchNormalization()(x)
    return layers.LeakyReLU(negative_slope=0.2)(x)


def up(filters, x, skip):
    x = layers.Conv2DTranspose(filters, 4, strides=2, padding="same", use_bias=False)(x)
    x = layers.BatchNormalization()(x)
    x = layers.ReLU()(x)
    return layers.Concatenate()([x, skip])


def Generator():
    inputs = keras.Input((28, 28, 1))
    d1 = down(12, inputs, norm=False)
    d2 = down(24, d1)
    u1 = up(12, d2, d1)
    last = layers.Conv2DTranspose(1, 4, strides=2, padding="same", activation="tanh")(u1)
    return keras.Model(inputs, last, name="unet")


def Discriminator():
    inp = keras.Input((28, 28, 1), name="input_image")
    tar = keras.Input((28, 28, 1), name="target_image")
    x = layers.Concatenate()([inp, tar])
    x = down(12, x, norm=False)
    x = down(24, x)
    return keras.Model([inp, tar], layers.Conv2D(1, 3, padding="same")(x), name="patch")


generator = Generator()
discriminator = Discriminator()
loss_object = keras.losses.BinaryCrossentropy(from_logits=True)
generator_optimizer = keras.optimizers.Adam(5e-4, beta_1=0.5)
discriminator_optimizer = keras.optimizers.Adam(2e-4, beta_1=0.5)


def generator_loss(disc_generated_output, gen_output, target):
    gan_loss = loss_object(tf.ones_like(disc_generated_output), disc_generated_output)
    l1_loss = tf.reduce_mean(tf.abs(target - gen_output))
    return gan_loss + LAMBDA * l1_loss, gan_loss, l1_loss


def discriminator_loss(disc_real_output, disc_generated_output):
    real_loss = loss_object(tf.ones_like(disc_real_output), disc_real_output)
    generated_loss = loss_object(tf.zeros_like(disc_generated_output), disc_generated_output)
    return real_loss + generated_loss


@tf.function
def train_step(input_image, target):
    with tf.GradientTape() as gen_tape, tf.GradientTape() as disc_tape:
        gen_output = generator(input_image, training=True)
        disc_real_output = discriminator([input_image, target], training=True)
        disc_generated_output = discriminator([input_image, gen_output], training=True)
        gen_total_loss, gen_gan_loss, gen_l1_loss = generator_loss(disc_generated_output, gen_output, target)
        disc_loss = discriminator_loss(disc_real_output, disc_generated_output)
    generator_gradients = gen_tape.gradient(gen_total_loss, generator.trainable_variables)
    discriminator_gradients = disc_tape.gradient(disc_loss, discriminator.trainable_variables)
    generator_optimizer.apply_gradients(zip(generator_gradients, generator.trainable_variables))
    discriminator_optimizer.apply_gradients(zip(discriminator_gradients, discriminator.trainable_variables))
    return {"gen_gan": gen_gan_loss, "gen_l1": gen_l1_loss, "disc": disc_loss}


def fit(ds, steps, every=100):
    sums = {}
    for step, (input_image, target) in ds.take(steps).enumerate(1):
        for name, value in train_step(input_image, target).items():
            sums[name] = sums.get(name, 0.0) + float(value)
        if step % every == 0 or step == steps:
            count = every if step % every == 0 else int(step) % every
            print(f"epoch {-(-int(step) // every)}:", {k: round(v / count, 4) for k, v in sums.items()})
            sums = {}


fit(train_ds, STEPS)
