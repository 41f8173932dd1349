"""Small image GAN with an averaged copy of the generator for evaluation (as in StyleGAN / BigGAN)."""
import os

import numpy as np
import tensorflow as tf
import keras
from keras import layers

keras.utils.set_random_seed(77)

RES = 16
Z = 24
BATCH = 32
ITERS = int(os.environ.get("STEPS", 1500))
EMA_DECAY = 0.99


def shapes(n, rng=np.random.default_rng(77)):
    """White discs, squares and crosses on black, in [-1, 1]."""
    yy, xx = np.mgrid[:RES, :RES]
    imgs = np.zeros((n, RES, RES, 1), "float32")
    for im in imgs:
        cx, cy = rng.uniform(5.5, 9.5, 2)
        r = rng.uniform(3.0, 5.0)
        dx, dy = abs(xx - cx), abs(yy - cy)
        kind = rng.integers(3)
        if kind == 0:
            m = np.clip(r + 0.5 - np.hypot(dx, dy), 0, 1)
        elif kind == 1:
            m = np.clip(0.9 * r + 0.5 - np.maximum(dx, dy), 0, 1)
        else:
            m = np.clip(r + 0.5 - np.maximum(dx, dy), 0, 1) * np.clip(2.0 - np.minimum(dx, dy), 0, 1)
        im[..., 0] = m
    return imgs * 2 - 1


def build_generator():
    return keras.Sequential([
        layers.Input((Z,)),
        layers.Dense(4 * 4 * 48, use_bias=False),
        layers.BatchNormalization(),
        layers.ReLU(),
        layers.Reshape((4, 4, 48)),
        layers.Conv2DTranspose(24, 4, strides=2, padding="same", use_bias=False),
        layers.BatchNormalization(),
        layers.ReLU(),
        layers.Conv2DTranspose(1, 4, strides=2, padding="same", activation="tanh"),
    ])


generator = build_generator()
generator_ema = build_generator()
generator_ema.set_weights(generator.get_weights())

discriminator = keras.Sequential([
    layers.Input((RES, RES, 1)),
    layers.Conv2D(24, 4, strides=2, padding="same"),
    layers.LeakyReLU(negative_slope=0.2),
    layers.Conv2D(48, 4, strides=2, padding="same"),
    layers.LeakyReLU(negative_slope=0.2),
    layers.Flatten(),
    layers.Dense(1),
])

g_opt = keras.optimizers.Adam(4e-4, beta_1=0.5)
d_opt = keras.optimizers.Adam(4e-4, beta_1=0.5)


@tf.function
def iteration(real):
    with tf.GradientTape() as g_tape, tf.GradientTape() as d_tape:
        fake = generator(tf.random.normal([BATCH, Z]), training=True)
        lr = discriminator(real, training=True)
        lf = discriminator(fake, training=True)
        d_loss = tf.reduce_mean(tf.nn.softplus(-lr)) + tf.reduce_mean(tf.nn.softplus(lf))
        g_loss = tf.reduce_mean(tf.nn.softplus(-lf))
    g_opt.apply_gradients(zip(g_tape.gradient(g_loss, generator.trainable_weights), generator.trainable_weights))
    d_opt.apply_gradients(zip(d_tape.gradient(d_loss, discriminator.trainable_weights), discriminator.trainable_weights))
    # moving average of the generator
    for avg, w in zip(generator_ema.trainable_weights, generator.trainable_weights):
        avg.assign(EMA_DECAY * avg + (1.0 - EMA_DECAY) * w)
    return d_loss, g_loss


data = shapes(4000)
ds = tf.data.Dataset.from_tensor_slices(data).shuffle(4000).repeat().batch(BATCH, drop_remainder=True)

for i, real in enumerate(ds.take(ITERS)):
    d, g = iteration(real)
    if i % 250 == 0:
        print(f"iter {i}: d {d:.3f} g {g:.3f}")

imgs = generator_ema(tf.random.normal([256, Z]), training=False).numpy()
print("averaged generator: white area %.3f (data %.3f), grey pixels %.3f (data %.3f)" % (
    (imgs > 0).mean(), (data > 0).mean(), (abs(imgs) < 0.8).mean(), (abs(data) < 0.8).mean()))
