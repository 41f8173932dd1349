"""A GAN on points around a ring: compiled steps in a loop, the hinge loss, weight decay in the critic."""
import os
import sys
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf
from keras import layers, regularizers

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
from energy import energy_distance

keras.utils.set_random_seed(int(os.environ.get("SEED", 1)))
BATCH = 128
STEPS = 3000
RATE = 5e-7

generator = keras.Sequential([
    keras.Input((4,)),
    layers.Dense(64, activation="relu"),
    layers.Dense(64, activation="relu"),
    layers.Dense(2, use_bias=False),
])
critic = keras.Sequential([
    keras.Input((2,)),
    layers.Dense(96, activation="relu", kernel_regularizer=regularizers.L2(1e-4)),
    layers.Dense(96, activation="relu", kernel_regularizer=regularizers.L2(1e-4)),
    layers.Dense(1),
])
hinge = keras.losses.Hinge()
g_optimizer = keras.optimizers.Adam(RATE, beta_1=0.5)
c_optimizer = keras.optimizers.Adam(2 * RATE, beta_1=0.5)


def ring(count, rng):
    angles = 2 * np.pi * rng.integers(0, 8, count) / 8
    centres = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    return (centres + rng.normal(0, 0.15, (count, 2))).astype("float32")


@tf.function
def critic_step(real):
    fake = generator(tf.random.normal((tf.shape(real)[0], 4)), training=True)
    with tf.GradientTape() as tape:
        on_real, on_fake = critic(real, training=True), critic(fake, training=True)
        loss = hinge(tf.ones_like(on_real), on_real) + hinge(-tf.ones_like(on_fake), on_fake)
        loss += sum(critic.losses)
    c_optimizer.apply(tape.gradient(loss, critic.trainable_variables), critic.trainable_variables)
    return loss


@tf.function
def generator_step():
    with tf.GradientTape() as tape:
        fake = generator(tf.random.normal((BATCH, 4)), training=True)
        loss = -tf.reduce_mean(critic(fake, training=True))
        loss += sum(generator.losses)
    g_optimizer.apply(tape.gradient(loss, generator.trainable_variables), generator.trainable_variables)
    return loss


rng = np.random.default_rng(7)
points = ring(20000, rng)
steps = min(STEPS, int(os.environ.get("STEPS", STEPS)))
data = tf.data.Dataset.from_tensor_slices(points).shuffle(20000).repeat().batch(BATCH)
for step, batch in enumerate(data.take(steps), start=1):
    c_loss, g_loss = critic_step(batch), generator_step()
    if step % 500 == 0:
        print(f"step {step}  critic {c_loss:.3f}  generator {g_loss:.3f}")

samples = generator(tf.random.normal((3000, 4)))
print(f"quality: {energy_distance(samples, ring(3000, rng)):.4f}")
