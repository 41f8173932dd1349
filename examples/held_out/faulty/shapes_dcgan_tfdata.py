"""Small DCGAN on 12x12 squares and crosses; the input pipeline delivers (image, noise) pairs."""
import os
import numpy as np
import tensorflow as tf
from tensorflow import keras
from tensorflow.keras import layers

tf.keras.utils.set_random_seed(11)
np.random.seed(11)

IMG = 12
LATENT = 16
BATCH = 64
STEPS = min(int(os.environ.get("STEPS", "2500")), 2500)


def draw(n):
    imgs = -np.ones((n, IMG, IMG, 1), np.float32)
    for i in range(n):
        s = np.random.randint(2, 4)
        cx, cy = np.random.randint(s, IMG - s, 2)
        if np.random.rand() < 0.5:
            imgs[i, cy - s:cy + s, cx - s:cx + s] = 1.0
        else:
            imgs[i, cy, cx - s:cx + s + 1] = 1.0
            imgs[i, cy - s:cy + s + 1, cx] = 1.0
    return imgs


def with_noise(img):
    z = np.random.normal(0.0, 1.0, size=(LATENT,)).astype("float32")
    return img, z


images = draw(6000)
train_ds = (
    tf.data.Dataset.from_tensor_slices(images)
    .shuffle(6000)
    .repeat()
    .map(with_noise, num_parallel_calls=1)
    .batch(BATCH)
    .prefetch(2)
)

generator = keras.Sequential([
    layers.Input((LATENT,)),
    layers.Dense(3 * 3 * 32, use_bias=False),
    layers.BatchNormalization(momentum=0.9),
    layers.ReLU(),
    layers.Reshape((3, 3, 32)),
    layers.Conv2DTranspose(32, 4, strides=2, padding="same", use_bias=False),
    layers.BatchNormalization(momentum=0.9),
    layers.ReLU(),
    layers.Conv2DTranspose(1, 4, strides=2, padding="same", activation="tanh"),
], name="G")

discriminator = keras.Sequential([
    layers.Input((IMG, IMG, 1)),
    layers.Conv2D(24, 4, strides=2, padding="same"),
    layers.LeakyReLU(negative_slope=0.2),
    layers.Conv2D(48, 4, strides=2, padding="same"),
    layers.LeakyReLU(negative_slope=0.2),
    layers.Flatten(),
    layers.Dense(1),
], name="D")

bce = keras.losses.BinaryCrossentropy(from_logits=True)
g_opt = keras.optimizers.Adam(1e-3, beta_1=0.5)
d_opt = keras.optimizers.Adam(5e-4, beta_1=0.5)


@tf.function
def train_step(real, z):
    with tf.GradientTape() as gt, tf.GradientTape() as dt:
        fake = generator(z, training=True)
        real_logits = discriminator(real, training=True)
        fake_logits = discriminator(fake, training=True)
        g_loss = bce(tf.ones_like(fake_logits), fake_logits)
        d_loss = (bce(tf.ones_like(real_logits), real_logits)
                  + bce(tf.zeros_like(fake_logits), fake_logits)) / 2
    g_opt.apply_gradients(zip(gt.gradient(g_loss, generator.trainable_variables),
                              generator.trainable_variables))
    d_opt.apply_gradients(zip(dt.gradient(d_loss, discriminator.trainable_variables),
                              discriminator.trainable_variables))
    return d_loss, g_loss


for step, (real, z) in enumerate(train_ds.take(STEPS)):
    d_loss, g_loss = train_step(real, z)
    if step % 500 == 0:
        tf.print("step", step, "d_loss", d_loss, "g_loss", g_loss)

out = generator(tf.random.normal((64, LATENT)), training=False).numpy()
print("bright pixels per picture: %.1f, real %.1f"
      % ((out > 0).sum(axis=(1, 2, 3)).mean(), (images > 0).sum(axis=(1, 2, 3)).mean()))
