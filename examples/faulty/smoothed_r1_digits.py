"""Non-saturating GAN with R1 regularisation; pictures are drawn from a moving average of the generator."""
import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import keras
import numpy as np
import tensorflow as tf
from keras import layers

from digits import load_digits

keras.utils.set_random_seed(8)

STEPS = int(os.environ.get("STEPS", 1000))
BATCH = 32
LATENT = 32
GAMMA = 0.2
EMA_DECAY = 0.98
LOG_EVERY = 100


def generator_network(name):
    z = keras.Input((LATENT,))
    h = layers.Dense(7 * 7 * 24)(z)
    h = layers.LeakyReLU(negative_slope=0.2)(h)
    h = layers.Reshape((7, 7, 24))(h)
    h = layers.Conv2DTranspose(16, 4, strides=2, padding="same")(h)
    h = layers.LeakyReLU(negative_slope=0.2)(h)
    h = layers.Conv2DTranspose(1, 4, strides=2, padding="same", activation="tanh")(h)
    return keras.Model(z, h, name=name)


def discriminator_network():
    image = keras.Input((28, 28, 1))
    h = layers.Conv2D(16, 4, strides=2, padding="same")(image)
    h = layers.LeakyReLU(negative_slope=0.2)(h)
    h = layers.Conv2D(32, 4, strides=2, padding="same")(h)
    h = layers.LeakyReLU(negative_slope=0.2)(h)
    h = layers.Flatten()(h)
    return keras.Model(image, layers.Dense(1)(h), name="discriminator")


generator = generator_network("generator")
discriminator = discriminator_network()
ema_generator = generator_network("ema_generator")
ema_generator.set_weights(generator.get_weights())
ema_generator.trainable = False

g_optimizer = keras.optimizers.Adam(1e-3, beta_1=0.0, beta_2=0.99)
d_optimizer = keras.optimizers.Adam(1e-3, beta_1=0.0, beta_2=0.99)


@tf.function
def discriminator_step(real):
    fake = generator(tf.random.normal((BATCH, LATENT)), training=True)
    with tf.GradientTape() as tape:
        with tf.GradientTape() as inner:
            inner.watch(real)
            real_logits = discriminator(real, training=True)
            real_sum = tf.reduce_sum(real_logits)
        slopes = inner.gradient(real_sum, real)
        r1 = 0.5 * GAMMA * tf.reduce_mean(tf.reduce_sum(tf.square(slopes), axis=[1, 2, 3]))
        fake_logits = discriminator(fake, training=True)
        loss = tf.reduce_mean(tf.nn.softplus(-real_logits)) + tf.reduce_mean(tf.nn.softplus(fake_logits))
        total = loss + r1
    grads = tape.gradient(total, discriminator.trainable_variables)
    d_optimizer.apply_gradients(zip(grads, discriminator.trainable_variables))
    return loss, r1


@tf.function
def generator_step():
    with tf.GradientTape() as tape:
        fake = generator(tf.random.normal((BATCH, LATENT)), training=True)
        fake_logits = discriminator(fake, training=True)
        loss = tf.reduce_mean(tf.nn.softplus(-fake_logits))
    grads = tape.gradient(loss, generator.trainable_variables)
    g_optimizer.apply_gradients(zip(grads, generator.trainable_variables))
    return loss


def update_average():
    for averaged, current in zip(ema_generator.weights, generator.weights):
        averaged = EMA_DECAY * averaged + (1.0 - EMA_DECAY) * current


def draw(n=100):
    return ema_generator.predict(np.random.normal(size=(n, LATENT)).astype("float32"), verbose=0)


images, _ = load_digits("train", 20000)
images = (images[..., None].astype("float32") - 127.5) / 127.5
batches = tf.data.Dataset.from_tensor_slices(images).shuffle(20000).repeat().batch(BATCH).take(STEPS)

log = {"d": [], "r1": [], "g": []}
for step, real in enumerate(batches, start=1):
    d_loss, r1 = discriminator_step(real)
    g_loss = generator_step()
    update_average()
    for key, value in zip(log, (d_loss, r1, g_loss)):
        log[key].append(float(value))
    if step % LOG_EVERY == 0 or step == STEPS:
        shown = "  ".join(f"{key} {np.mean(values):.3f}" for key, values in log.items())
        print(f"epoch {-(-step // LOG_EVERY)}  {shown}  mean pixel of drawn pictures {draw().mean():.3f}")
        log = {key: [] for key in log}
