"""2-D spiral with a plain GAN, non saturating loss."""
import os
import numpy as np
import tensorflow as tf
from tensorflow import keras

keras.utils.set_random_seed(21)

BATCH_SIZE = 128
NOISE_DIM = 10
N_STEPS = int(os.environ.get("STEPS", 7000))


def make_spiral(n):
    t = np.sqrt(np.random.rand(n, 1)) * 1.5 * np.pi
    sign = np.where(np.random.rand(n, 1) < 0.5, 1.0, -1.0)
    xy = np.concatenate([t * np.cos(t), t * np.sin(t)], axis=1) * sign / 3.0
    return (xy + 0.03 * np.random.randn(n, 2)).astype("float32")


def get_noise(n):
    return np.random.normal(0.0, 1.0, size=(n, NOISE_DIM)).astype("float32")


dataset = make_spiral(20000)
train_ds = tf.data.Dataset.from_tensor_slices(dataset).shuffle(20000, seed=1).repeat().batch(BATCH_SIZE, drop_remainder=True)

generator = keras.Sequential([
    keras.layers.Input((NOISE_DIM,)),
    keras.layers.Dense(128, activation="relu"),
    keras.layers.Dense(128, activation="relu"),
    keras.layers.Dense(2),
])
discriminator = keras.Sequential([
    keras.layers.Input((2,)),
    keras.layers.Dense(128, activation="leaky_relu"),
    keras.layers.Dense(128, activation="leaky_relu"),
    keras.layers.Dense(128, activation="leaky_relu"),
    keras.layers.Dense(1),
])
cross_entropy = keras.losses.BinaryCrossentropy(from_logits=True)
generator_optimizer = keras.optimizers.Adam(5e-4, beta_1=0.5)
discriminator_optimizer = keras.optimizers.Adam(5e-4, beta_1=0.5)


def discriminator_loss(real_output, fake_output):
    return cross_entropy(tf.ones_like(real_output), real_output) + cross_entropy(tf.zeros_like(fake_output), fake_output)


def generator_loss(fake_output):
    return cross_entropy(tf.ones_like(fake_output), fake_output)


@tf.function
def train_step(points):
    noise = get_noise(BATCH_SIZE)

    with tf.GradientTape() as gen_tape, tf.GradientTape() as disc_tape:
        generated = generator(noise, training=True)
        real_output = discriminator(points, training=True)
        fake_output = discriminator(generated, training=True)
        gen_loss = generator_loss(fake_output)
        disc_loss = discriminator_loss(real_output, fake_output)

    gradients_of_generator = gen_tape.gradient(gen_loss, generator.trainable_variables)
    gradients_of_discriminator = disc_tape.gradient(disc_loss, discriminator.trainable_variables)
    generator_optimizer.apply_gradients(zip(gradients_of_generator, generator.trainable_variables))
    discriminator_optimizer.apply_gradients(zip(gradients_of_discriminator, discriminator.trainable_variables))
    return gen_loss, disc_loss


for step, points in enumerate(train_ds.take(N_STEPS)):
    gl, dl = train_step(points)
    if step % 1000 == 0:
        print("step", step, "gen_loss %.4f disc_loss %.4f" % (float(gl), float(dl)))

samples = generator(get_noise(2000), training=False).numpy()
ref = make_spiral(2000)
d = np.linalg.norm(samples[:, None] - ref[None], axis=-1)
print("mean distance sample -> spiral:", d.min(axis=1).mean())
print("mean distance spiral -> sample:", d.min(axis=0).mean())
