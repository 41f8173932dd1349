"""Hinge GAN for the sensor table of the filling line: temperature, pressure, vibration, flow, current."""
import os
import numpy as np
import tensorflow as tf
import keras
from keras import layers

RANDOM_STATE = 8
keras.utils.set_random_seed(RANDOM_STATE)

SENSORS = ("temperature", "pressure", "vibration", "flow", "current")
N_Z = 10
N_BATCH = 128
N_STEPS = int(os.environ.get("STEPS", 4000))


def read_shift_log(n, rng):
    load = rng.beta(2, 3, n)                        # how hard the line works
    hot = rng.random(n) < 0.3                       # warm shift
    temperature = 1.2 + 0.8 * load + 0.9 * hot + rng.normal(0, 0.08, n)
    pressure = -0.6 + 1.5 * load + rng.normal(0, 0.1, n)
    vibration = 0.4 * load ** 2 + rng.normal(0, 0.05, n)
    flow = 2.0 - 0.9 * load + rng.normal(0, 0.1, n)
    current = 0.5 + 1.1 * load + 0.2 * hot + rng.normal(0, 0.06, n)
    return np.column_stack([temperature, pressure, vibration, flow, current]).astype(np.float32)


def make_generator():
    z = keras.Input((N_Z,))
    h = layers.Dense(96, activation="relu")(z)
    h = layers.Dense(96, activation="relu")(h)
    return keras.Model(z, layers.Dense(len(SENSORS))(h), name="G")


def make_discriminator():
    x = keras.Input((len(SENSORS),))
    h = layers.BatchNormalization()(x)              # the sensors have different ranges
    h = layers.Dense(96)(h)
    h = layers.LeakyReLU(negative_slope=0.1)(h)
    h = layers.Dense(96)(h)
    h = layers.LeakyReLU(negative_slope=0.1)(h)
    return keras.Model(x, layers.Dense(1)(h), name="D")


G, D = make_generator(), make_discriminator()
g_adam = keras.optimizers.Adam(3e-4, beta_1=0.0, beta_2=0.9)
d_adam = keras.optimizers.Adam(6e-4, beta_1=0.0, beta_2=0.9)


@tf.function
def d_step(x_real):
    x_fake = G(tf.random.normal((N_BATCH, N_Z)), training=True)
    with tf.GradientTape() as tape:
        s_real = D(x_real, training=True)
        s_fake = D(x_fake, training=True)
        loss = tf.reduce_mean(tf.nn.relu(1.0 - s_real)) + tf.reduce_mean(tf.nn.relu(1.0 + s_fake))
    d_adam.apply_gradients(zip(tape.gradient(loss, D.trainable_variables), D.trainable_variables))
    return loss


@tf.function
def g_step():
    with tf.GradientTape() as tape:
        s_fake = D(G(tf.random.normal((N_BATCH, N_Z)), training=True), training=True)
        loss = -tf.reduce_mean(s_fake)
    g_adam.apply_gradients(zip(tape.gradient(loss, G.trainable_variables), G.trainable_variables))
    return loss


rng = np.random.default_rng(RANDOM_STATE)
rows = read_shift_log(10000, rng)

d_avg = g_avg = 0.0
for i in range(1, N_STEPS + 1):
    batch = rows[rng.choice(len(rows), N_BATCH, replace=False)]
    d_avg = 0.99 * d_avg + 0.01 * float(d_step(batch))
    g_avg = 0.99 * g_avg + 0.01 * float(g_step())
    if i % 800 == 0:
        print(f"[{i}/{N_STEPS}] D {d_avg:.3f} G {g_avg:.3f}")

synthetic = G(tf.random.normal((5000, N_Z)), training=False).numpy()
for k, name in enumerate(SENSORS):
    print(f"{name:12s} line {rows[:, k].mean():6.3f} ({rows[:, k].std():.3f})   "
          f"synthetic {synthetic[:, k].mean():6.3f} ({synthetic[:, k].std():.3f})")
print("largest error of a correlation: %.3f" % np.abs(np.corrcoef(rows.T) - np.corrcoef(synthetic.T)).max())
