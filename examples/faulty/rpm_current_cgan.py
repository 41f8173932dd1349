"""Conditional GAN: current of a fan motor over 0.1 s, given the speed in rpm."""
import os

import numpy as np
import tensorflow as tf
import keras
from keras import layers

keras.utils.set_random_seed(31)
rng = np.random.default_rng(31)
n_t, n_z, batch = 32, 6, 64
steps = int(os.environ.get("STEPS", 5000))
time = np.linspace(0, 0.1, n_t)


def measure(rpm):
    f = rpm[:, None] / 60.0                                   # turns per second
    amp = 0.3 + rpm[:, None] / 3000.0 + rng.normal(0, 0.05, (len(rpm), 1))
    i = amp * np.sin(2 * np.pi * f * time[None])
    return (i + rng.normal(0, 0.02, i.shape)).astype("float32")


rpm_train = rng.uniform(600, 2400, 8000)
curves = measure(rpm_train)
cond_train = rpm_train[:, None].astype("float32")

z_in = keras.Input((n_z,), name="noise")
c_in = keras.Input((1,), name="rpm")
h = layers.Concatenate()([z_in, c_in])
for units in (128, 128):
    h = layers.Dense(units, activation="leaky_relu")(h)
gen = keras.Model([z_in, c_in], layers.Dense(n_t)(h), name="gen")

x_in = keras.Input((n_t,), name="curve")
c_in2 = keras.Input((1,), name="rpm")
h = layers.Concatenate()([x_in, c_in2])
for units in (128, 128):
    h = layers.Dense(units, activation="leaky_relu")(h)
dis = keras.Model([x_in, c_in2], layers.Dense(1)(h), name="dis")

opt_gen = keras.optimizers.Adam(5e-4, beta_1=0.5)
opt_dis = keras.optimizers.Adam(5e-4, beta_1=0.5)
bce = keras.losses.BinaryCrossentropy(from_logits=True)


@tf.function
def train_both(x, c):
    z = tf.random.normal((batch, n_z))
    with tf.GradientTape() as td:
        r = dis([x, c])
        f = dis([gen([z, c]), c])
        loss_d = bce(tf.ones_like(r), r) + bce(tf.zeros_like(f), f)
    opt_dis.apply_gradients(zip(td.gradient(loss_d, dis.trainable_weights), dis.trainable_weights))
    with tf.GradientTape() as tg:
        f = dis([gen([z, c]), c])
        loss_g = bce(tf.ones_like(f), f)
    opt_gen.apply_gradients(zip(tg.gradient(loss_g, gen.trainable_weights), gen.trainable_weights))
    return loss_d, loss_g


for k in range(steps):
    pick = rng.integers(0, len(curves), batch)
    loss_d, loss_g = train_both(tf.constant(curves[pick]), tf.constant(cond_train[pick]))
    if k % 1000 == 0 or k == steps - 1:
        print(k, "dis", np.round(loss_d, 3), "gen", np.round(loss_g, 3))

# generated against measured curves at the same speeds
pick = rng.integers(0, len(curves), 1000)
made = gen.predict([rng.normal(size=(1000, n_z)).astype("float32"), cond_train[pick]], verbose=0)
amp = 0.3 + rpm_train[pick][:, None] / 3000.0
ideal = amp * np.sin(2 * np.pi * rpm_train[pick][:, None] / 60 * time[None])
print("rms error of the generated curves %.3f (measured curves %.3f, signal %.3f)" % (
    np.sqrt(((made - ideal) ** 2).mean()), np.sqrt(((curves[pick] - ideal) ** 2).mean()), ideal.std()))
