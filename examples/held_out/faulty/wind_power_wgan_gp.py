"""WGAN-GP that generates daily wind power curves (24 hourly values, per unit)."""
import os
import numpy as np
import tensorflow as tf
import keras
from keras.layers import Dense, Input

keras.utils.set_random_seed(8)
rng = np.random.default_rng(8)

HOURS = 24
N_DAYS = 5000
LATENT = 10
BATCH = 64
N_CRITIC = 3
LAMBDA = 10.0
ITERATIONS = int(os.environ.get("STEPS", 2600))

# simulated wind speed: daily mean, a day/night wave and an AR(1) process; then a turbine power curve
base = rng.weibull(2.0, (N_DAYS, 1)) * 6 + 3
wave = rng.uniform(0.5, 1.5, (N_DAYS, 1)) * np.sin(2 * np.pi * (np.arange(HOURS) - 9) / HOURS)
ar = np.zeros((N_DAYS, HOURS))
for h in range(1, HOURS):
    ar[:, h] = 0.8 * ar[:, h - 1] + rng.normal(0, 0.4, N_DAYS)
speed = base + wave + ar
power = (1 / (1 + np.exp(-(speed - 8.0) * 0.7))).astype("float32")

critic = keras.Sequential([Input((HOURS,)), Dense(128, activation="leaky_relu"), Dense(128, activation="leaky_relu"), Dense(1)])
generator = keras.Sequential([Input((LATENT,)), Dense(128, activation="relu"), Dense(128, activation="relu"), Dense(HOURS, activation="sigmoid")])
critic_optimizer = keras.optimizers.Adam(2e-4, beta_1=0.0, beta_2=0.9)
generator_optimizer = keras.optimizers.Adam(2e-4, beta_1=0.0, beta_2=0.9)


def gradient_penalty(real, fake):
    eps = tf.random.uniform((BATCH, 1))
    mix = eps * real + (1.0 - eps) * fake
    with tf.GradientTape() as t:
        t.watch(mix)
        score = critic(mix, training=True)
    g = t.gradient(score, mix)
    norm = tf.sqrt(tf.reduce_sum(tf.square(g), axis=1) + 1e-12)
    return tf.reduce_mean((norm - 1.0) ** 2)


@tf.function
def critic_step(real):
    fake = generator(tf.random.normal((BATCH, LATENT)), training=True)
    gp = gradient_penalty(real, fake)
    with tf.GradientTape() as tape:
        distance = tf.reduce_mean(critic(real, training=True)) - tf.reduce_mean(critic(fake, training=True))
        loss = -distance + LAMBDA * gp
    grads = tape.gradient(loss, critic.trainable_variables)
    critic_optimizer.apply_gradients(zip(grads, critic.trainable_variables))
    return distance, gp


@tf.function
def generator_step():
    with tf.GradientTape() as tape:
        fake = generator(tf.random.normal((BATCH, LATENT)), training=True)
        loss = -tf.reduce_mean(critic(fake, training=True))
    grads = tape.gradient(loss, generator.trainable_variables)
    generator_optimizer.apply_gradients(zip(grads, generator.trainable_variables))
    return loss


for it in range(ITERATIONS):
    for _ in range(N_CRITIC):
        day = rng.integers(0, N_DAYS, BATCH)
        dist, gp = critic_step(tf.constant(power[day]))
    gl = generator_step()
    if it % 250 == 0:
        print(f"it {it:5d}  distance {float(dist):8.3f}  gp {float(gp):8.3f}  generator {float(gl):8.3f}")

fake = generator(tf.random.normal((3000, LATENT)), training=False).numpy()
print("daily mean   real %.3f +- %.3f   generated %.3f +- %.3f" % (power.mean(), power.mean(1).std(), fake.mean(), fake.mean(1).std()))
print("hourly step  real %.3f   generated %.3f" % (np.abs(np.diff(power, axis=1)).mean(), np.abs(np.diff(fake, axis=1)).mean()))
print("rms of the mean day's error %.3f" % np.sqrt(((power.mean(0) - fake.mean(0)) ** 2).mean()))
q = np.linspace(0.05, 0.95, 10)
print("quantiles of the daily energy, error %.3f" % np.abs(np.quantile(power.mean(1), q) - np.quantile(fake.mean(1), q)).mean())
