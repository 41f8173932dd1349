# %% [markdown]
# # DCGAN on simple shapes
# Warm-up exercise before we go to the real photographs.

# %%
import os
import random

import numpy as np
import tensorflow as tf
from tensorflow.keras import Sequential, layers, optimizers, losses

random.seed(0)
np.random.seed(0)
tf.random.set_seed(0)

IMG = 16
LATENT_DIM = 20
BATCH_SIZE = 32
N_STEPS = int(os.environ.get("STEPS", 1500))


# %%
def make_image():
    img = np.zeros((IMG, IMG), dtype="float32")
    w, h = random.randint(4, 9), random.randint(4, 9)
    x, y = random.randint(1, IMG - w - 1), random.randint(1, IMG - h - 1)
    if random.random() < 0.5:
        img[y:y + h, x:x + w] = 1.0  # block
    else:
        img[y:y + h, x:x + 2] = 1.0  # letter L
        img[y + h - 2:y + h, x:x + w] = 1.0
    return img


X = np.stack([make_image() for _ in range(5000)])[..., None] * 2 - 1
print("data", X.shape, X.min(), X.max())

# %%
generator = Sequential([
    layers.Input((LATENT_DIM,)),
    layers.Dense(4 * 4 * 64, use_bias=False),
    layers.BatchNormalization(momentum=0.8),
    layers.LeakyReLU(0.2),
    layers.Reshape((4, 4, 64)),
    layers.Conv2DTranspose(32, 4, strides=2, padding="same", use_bias=False),
    layers.BatchNormalization(momentum=0.8),
    layers.LeakyReLU(0.2),
    layers.Conv2DTranspose(1, 4, strides=2, padding="same", activation="tanh"),
])
discriminator = Sequential([
    layers.Input((IMG, IMG, 1)),
    layers.Conv2D(24, 4, strides=2, padding="same"),
    layers.LeakyReLU(0.2),
    layers.Conv2D(48, 4, strides=2, padding="same"),
    layers.LeakyReLU(0.2),
    layers.Flatten(),
    layers.Dropout(0.3),
    layers.Dense(1),
])
loss_fn = losses.BinaryCrossentropy(from_logits=True)
opt_g = optimizers.Adam(5e-4, beta_1=0.5)
opt_d = optimizers.Adam(3e-4, beta_1=0.5)


# %%
@tf.function
def train_step(real):
    z = tf.random.normal((BATCH_SIZE, LATENT_DIM))
    with tf.GradientTape() as tg, tf.GradientTape() as td:
        fake = generator(z, training=True)
        d_real = discriminator(real, training=True)
        d_fake = discriminator(fake, training=True)
        loss_g = loss_fn(tf.ones_like(d_fake), d_fake)
        loss_d = (loss_fn(tf.ones_like(d_real), d_real) + loss_fn(tf.zeros_like(d_fake), d_fake)) / 2
    opt_g.apply_gradients(zip(tg.gradient(loss_g, generator.trainable_variables), generator.trainable_variables))
    opt_d.apply_gradients(zip(td.gradient(loss_d, discriminator.trainable_variables), discriminator.trainable_variables))
    return loss_g, loss_d


for step in range(1, N_STEPS + 1):
    batch = X[np.random.randint(0, len(X), BATCH_SIZE)]
    lg, ld = train_step(batch)
    if step % 250 == 0:
        print(f"{step}: G {lg.numpy():.3f}  D {ld.numpy():.3f}")

# %%
# Generate a gallery of 64 pictures, one after the other
gallery = []
for _ in range(64):
    z = tf.random.normal((1, LATENT_DIM))
    img = generator(z, training=True)
    gallery.append(img[0, :, :, 0].numpy())
gallery = np.stack(gallery)
print("gallery", gallery.shape, "white area: mean %.3f std %.3f" % ((gallery > 0).mean(), (gallery > 0).mean((1, 2)).std()))
print("data white area: mean %.3f std %.3f" % ((X > 0).mean(), (X > 0).mean((1, 2)).std()))
