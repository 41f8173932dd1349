"""Three-axis IMU windows (walking), GAN for data augmentation of the step counter."""
import os
import numpy as np
import tensorflow as tf
import keras
from keras import layers

keras.utils.set_random_seed(40)
rng = np.random.default_rng(40)

WINDOW, AXES = 40, 3
LATENT, BATCH = 16, 64
STEPS = int(os.environ.get("STEPS", 4000))


def read_log(n):
    """The logger stores one block per window: axis by axis, 40 values each -> (n, 3, 40)."""
    t = np.arange(WINDOW) / 50.0
    f = rng.uniform(1.5, 2.3, (n, 1))
    ph = rng.uniform(0, 2 * np.pi, (n, 1))
    amp = rng.uniform(0.7, 1.2, (n, 1))
    vertical = amp * np.sin(2 * np.pi * f * t + ph) + 0.3 * amp * np.sin(4 * np.pi * f * t + 2 * ph)
    forward = 0.5 * amp * np.cos(2 * np.pi * f * t + ph)
    lateral = 0.25 * amp * np.sin(np.pi * f * t + 0.5 * ph)
    block = np.stack([vertical, forward, lateral], axis=1)
    return (block + rng.normal(0, 0.02, block.shape)).astype("float32")


log = read_log(6000)
# windows as (samples, time, axes) for the networks
windows = log.reshape(-1, WINDOW, AXES)
scale = np.abs(windows).max()
windows = windows / scale

generator = keras.Sequential([
    layers.Input((LATENT,)),
    layers.Dense(160, activation="relu"),
    layers.Dense(160, activation="relu"),
    layers.Dense(WINDOW * AXES, activation="tanh"),
    layers.Reshape((WINDOW, AXES)),
])
discriminator = keras.Sequential([
    layers.Input((WINDOW, AXES)),
    layers.Flatten(),
    layers.Dense(160), layers.LeakyReLU(negative_slope=0.2),
    layers.Dense(80), layers.LeakyReLU(negative_slope=0.2),
    layers.Dense(1),
])
opt_g = keras.optimizers.Adam(3e-4, beta_1=0.5)
opt_d = keras.optimizers.Adam(3e-4, beta_1=0.5)


@tf.function
def train_step(real):
    with tf.GradientTape() as tape_d:
        fake = generator(tf.random.normal((BATCH, LATENT)), training=True)
        r, f = discriminator(real, training=True), discriminator(fake, training=True)
        loss_d = tf.reduce_mean(tf.nn.softplus(-r)) + tf.reduce_mean(tf.nn.softplus(f))
    opt_d.apply_gradients(zip(tape_d.gradient(loss_d, discriminator.trainable_variables), discriminator.trainable_variables))
    with tf.GradientTape() as tape_g:
        fake = generator(tf.random.normal((BATCH, LATENT)), training=True)
        loss_g = tf.reduce_mean(tf.nn.softplus(-discriminator(fake, training=True)))
    opt_g.apply_gradients(zip(tape_g.gradient(loss_g, generator.trainable_variables), generator.trainable_variables))
    return loss_d, loss_g


for step in range(STEPS):
    batch = windows[rng.integers(0, len(windows), BATCH)]
    loss_d, loss_g = train_step(tf.constant(batch))
    if step % 500 == 0:
        print(f"step {step:5d}  loss_d {float(loss_d):.3f}  loss_g {float(loss_g):.3f}")

augmented = generator.predict(rng.normal(size=(2000, LATENT)).astype("float32"), verbose=0) * scale
vertical, forward, lateral = augmented[..., 0], augmented[..., 1], augmented[..., 2]
print("rms per axis, log      ", log.std(axis=(0, 2)).round(3))
print("rms per axis, generated", augmented.std(axis=(0, 1)).round(3))
step_log = np.abs(np.diff(log[:, 0], axis=1)).mean()
print("mean step of the vertical axis from sample to sample: log %.3f, generated %.3f" % (step_log, np.abs(np.diff(vertical, axis=1)).mean()))
spec = np.abs(np.fft.rfft(vertical, axis=1)).mean(0)
print("spectrum of the vertical axis", spec[:8].round(1), "log", np.abs(np.fft.rfft(log[:, 0], axis=1)).mean(0)[:8].round(1))
