"""WGAN-GP on short vibration records (decaying resonance after a hit)."""
import os

import keras
import numpy as np
import tensorflow as tf
from keras import layers, ops

keras.utils.set_random_seed(11)
T, Z, BATCH, N_CRITIC, LAMBDA = 32, 8, 64, 3, 10.0
STEPS = int(os.getenv("STEPS", "4500"))      # critic steps


def records(n, rng):
    t = np.arange(T)[None, :] / T
    f = rng.uniform(2.0, 4.0, (n, 1))
    damp = rng.uniform(1.0, 4.0, (n, 1))
    amp = rng.uniform(0.6, 1.0, (n, 1))
    y = amp * np.exp(-damp * t) * np.sin(2 * np.pi * f * t)
    return (y + rng.normal(0, 0.02, (n, T))).astype("float32")


rng = np.random.default_rng(11)
data = records(6000, rng)

generator = keras.Sequential([
    keras.Input((Z,)), layers.Dense(96, activation="relu"),
    layers.Dense(96, activation="relu"), layers.Dense(T)], name="generator")
critic = keras.Sequential([
    keras.Input((T,)), layers.Dense(96, activation="leaky_relu"),
    layers.Dense(96, activation="leaky_relu"), layers.Dense(1)], name="critic")
c_opt = keras.optimizers.Adam(5e-4, beta_1=0.0, beta_2=0.9)
g_opt = keras.optimizers.Adam(5e-4, beta_1=0.0, beta_2=0.9)


def gradient_penalty(real, fake):
    eps = tf.random.uniform((BATCH, 1))
    mix = eps * real + (1.0 - eps) * fake
    with tf.GradientTape() as gt:
        gt.watch(mix)
        score = critic(mix, training=True)
    g = gt.gradient(score, mix)
    norm = ops.sqrt(ops.sum(ops.square(g), axis=1) + 1e-12)
    return ops.mean(ops.square(norm - 1.0))


@tf.function
def critic_step(real):
    fake = generator(tf.random.normal((BATCH, Z)), training=True)
    gp = gradient_penalty(real, fake)
    with tf.GradientTape() as tape:
        wdist = ops.mean(critic(real, training=True)) - ops.mean(critic(fake, training=True))
        loss = -wdist + LAMBDA * gp
    grads = tape.gradient(loss, critic.trainable_variables)
    c_opt.apply(grads, critic.trainable_variables)
    return wdist, gp


@tf.function
def generator_step():
    with tf.GradientTape() as tape:
        fake = generator(tf.random.normal((BATCH, Z)), training=True)
        loss = -ops.mean(critic(fake, training=True))
    grads = tape.gradient(loss, generator.trainable_variables)
    g_opt.apply(grads, generator.trainable_variables)
    return loss


gl = 0.0
for it in range(STEPS):
    batch = data[rng.integers(0, len(data), BATCH)]
    wd, gp = critic_step(tf.constant(batch))
    if (it + 1) % N_CRITIC == 0:
        gl = generator_step()
    if it % 900 == 0 or it == STEPS - 1:
        print("it %d  W %.4f  gp %.4f  g_loss %.4f" % (it, wd, gp, gl))

# how far is each synthetic record from its nearest measured one, and the reverse
s = generator.predict(np.random.normal(size=(500, Z)), verbose=0)
d = np.sqrt(((s[:, None] - data[None, :1500]) ** 2).mean(-1))
print("nearest measured record, rms: %.3f   nearest synthetic record, rms: %.3f"
      % (d.min(1).mean(), d.min(0).mean()))
print("energy measured %.3f synthetic %.3f" % ((data ** 2).mean(), (s ** 2).mean()))
