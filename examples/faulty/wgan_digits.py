"""Wasserstein GAN with weight clipping (Arjovsky et al. 2017) on digits shrunk to 14x14."""
import os
import sys
from pathlib import Path

import keras
import tensorflow as tf

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from digits import load_digits

STEPS = int(os.environ.get("STEPS", 1200))
N_CRITIC = 5
CLIP_VALUE = 0.05
LATENT = 32
BATCH = 64

keras.utils.set_random_seed(0)


def make_critic():
    model = keras.Sequential(name="critic")
    model.add(keras.Input((14, 14, 1)))
    model.add(keras.layers.Flatten())
    for units in (256, 128):
        model.add(keras.layers.Dense(units))
        model.add(keras.layers.LeakyReLU(0.2))
    model.add(keras.layers.Dense(1))
    return model


def make_generator():
    model = keras.Sequential(name="generator")
    model.add(keras.Input((LATENT,)))
    model.add(keras.layers.Dense(128))
    model.add(keras.layers.ReLU())
    model.add(keras.layers.Dense(256))
    model.add(keras.layers.ReLU())
    model.add(keras.layers.Dense(14 * 14, activation="tanh"))
    model.add(keras.layers.Reshape((14, 14, 1)))
    return model


critic = make_critic()
generator = make_generator()
critic_opt = keras.optimizers.RMSprop(5e-4)
generator_opt = keras.optimizers.RMSprop(5e-4)


@tf.function
def critic_step(real):
    z = tf.random.normal((BATCH, LATENT))
    with tf.GradientTape() as tape:
        fake = generator(z, training=True)
        loss = tf.reduce_mean(critic(fake, training=True)) - tf.reduce_mean(critic(real, training=True))
    grads = tape.gradient(loss, critic.trainable_variables)
    critic_opt.apply_gradients(zip(grads, critic.trainable_variables))
    for w in critic.trainable_variables:
        w = tf.clip_by_value(w, -CLIP_VALUE, CLIP_VALUE)
    return loss


@tf.function
def generator_step():
    z = tf.random.normal((BATCH, LATENT))
    with tf.GradientTape() as tape:
        loss = -tf.reduce_mean(critic(generator(z, training=True), training=True))
    grads = tape.gradient(loss, generator.trainable_variables)
    generator_opt.apply_gradients(zip(grads, generator.trainable_variables))
    return loss


def main():
    images, _ = load_digits(count=20000)
    small = images.reshape(-1, 14, 2, 14, 2).mean(axis=(2, 4))
    small = (small / 127.5 - 1.0).astype("float32")[..., None]
    batches = iter(tf.data.Dataset.from_tensor_slices(small).shuffle(5000).repeat().batch(BATCH))
    per_epoch = max(1, STEPS // 8)
    c_mean, g_mean = keras.metrics.Mean(), keras.metrics.Mean()
    for step in range(1, STEPS + 1):
        for _ in range(N_CRITIC):
            c_mean.update_state(critic_step(next(batches)))
        g_mean.update_state(generator_step())
        if step % per_epoch == 0:
            print(f"epoch {step // per_epoch}: wasserstein estimate {-float(c_mean.result()):.4f}, "
                  f"generator loss {float(g_mean.result()):.4f}")
            c_mean.reset_state()
            g_mean.reset_state()


main()
