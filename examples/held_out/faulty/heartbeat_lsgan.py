# ECG beats with an LSGAN (mini project, biomedical signals course)
import os
import numpy as np
import tensorflow as tf
from tensorflow.keras import Sequential, Input
from tensorflow.keras.layers import Dense, LeakyReLU, Reshape, Conv1D, UpSampling1D, Flatten
from tensorflow.keras.optimizers import Adam

np.random.seed(123)
tf.random.set_seed(123)

# %% data: one beat = P wave, QRS complex, T wave, 48 samples
num_beats = 3000
L = 48
x = np.linspace(0, 1, L)


def bump(center, width, height):
    return height * np.exp(-0.5 * ((x[None, :] - center) / width) ** 2)


def u(lo, hi):
    return np.random.uniform(lo, hi, (num_beats, 1))


beats = (bump(u(0.20, 0.24), 0.03, u(0.10, 0.2)) - bump(0.40, 0.015, u(0.1, 0.2))
         + bump(u(0.43, 0.47), 0.025, u(1.0, 1.6)) - bump(0.50, 0.018, u(0.2, 0.35))
         + bump(u(0.70, 0.76), 0.05, u(0.2, 0.4)))
beats += np.random.normal(0, 0.01, beats.shape)

# %% z-score
m, s = beats.mean(), beats.std()
beats_n = ((beats - m) / s).astype(np.float32)[..., None]

# %% models
z_dim = 20
gen = Sequential([
    Input((z_dim,)),
    Dense(12 * 32), LeakyReLU(negative_slope=0.2), Reshape((12, 32)),
    UpSampling1D(), Conv1D(32, 5, padding="same"), LeakyReLU(negative_slope=0.2),
    UpSampling1D(), Conv1D(16, 5, padding="same"), LeakyReLU(negative_slope=0.2),
    Flatten(), Dense(L, activation="tanh"), Reshape((L, 1)),
])
dis = Sequential([
    Input((L, 1)),
    Conv1D(16, 5, strides=2, padding="same"), LeakyReLU(negative_slope=0.2),
    Conv1D(32, 5, strides=2, padding="same"), LeakyReLU(negative_slope=0.2),
    Flatten(), Dense(32), LeakyReLU(negative_slope=0.2), Dense(1),
])
opt_g = Adam(3e-4, beta_1=0.5)
opt_d = Adam(3e-4, beta_1=0.5)


# %% training
@tf.function
def step(real):
    z = tf.random.normal((tf.shape(real)[0], z_dim))
    with tf.GradientTape(persistent=True) as tape:
        fake = gen(z, training=True)
        r, f = dis(real, training=True), dis(fake, training=True)
        loss_d = 0.5 * (tf.reduce_mean((r - 1) ** 2) + tf.reduce_mean(f ** 2))
        loss_g = 0.5 * tf.reduce_mean((f - 1) ** 2)
    gd = tape.gradient(loss_d, dis.trainable_variables)
    gg = tape.gradient(loss_g, gen.trainable_variables)
    opt_d.apply_gradients(zip(gd, dis.trainable_variables))
    opt_g.apply_gradients(zip(gg, gen.trainable_variables))
    return loss_d, loss_g


iters = int(os.environ.get("STEPS", 2500))
bs = 64
for i in range(iters):
    batch = beats_n[np.random.choice(num_beats, bs)]
    ld, lg = step(tf.convert_to_tensor(batch))
    if i % 250 == 0:
        print("iter %d: loss D %.3f, loss G %.3f" % (i, ld, lg))

# %% look at the beats in millivolt again
fake = gen.predict(np.random.randn(1000, z_dim).astype("float32"), verbose=0)[..., 0] * s + m
print("R peak  (mV): data %.2f +- %.2f, generated %.2f +- %.2f" % (beats.max(1).mean(), beats.max(1).std(), fake.max(1).mean(), fake.max(1).std()))
print("minimum (mV): data %.2f, generated %.2f" % (beats.min(1).mean(), fake.min(1).mean()))
print("rms difference of the mean beats: %.4f" % np.sqrt(((beats.mean(0) - fake.mean(0)) ** 2).mean()))
