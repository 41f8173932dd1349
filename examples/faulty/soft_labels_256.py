"""DCGAN with batches of 256 digits at 14x14; the discriminator learns from soft, random
labels, and both learning rates decay exponentially."""
import os
import sys
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf
from keras import layers

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from digits import load_digits

# --- settings
keras.utils.set_random_seed(4)
BATCH = 256
NZ = 32
STEPS = int(os.environ.get("STEPS", 600))
LR = 1e-3
LR_DECAY = 0.95

# --- data
x, _ = load_digits(count=30000)
x = tf.image.resize(x[..., None], (14, 14), method="area").numpy() / 127.5 - 1.0
train_ds = tf.data.Dataset.from_tensor_slices(x).cache().shuffle(30000).batch(BATCH, drop_remainder=True)

# --- models
netG = keras.Sequential([
    layers.Input((NZ,)),
    layers.Dense(7 * 7 * 24, use_bias=False),
    layers.BatchNormalization(),
    layers.ReLU(),
    layers.Reshape((7, 7, 24)),
    layers.Conv2DTranspose(16, 4, strides=2, padding="same", activation="relu"),
    layers.Conv2D(1, 3, padding="same", activation="tanh"),
], name="netG")

netD = keras.Sequential([
    layers.Input((14, 14, 1)),
    layers.Conv2D(16, 3, strides=2, padding="same"),
    layers.LeakyReLU(0.2),
    layers.Conv2D(32, 3, strides=2, padding="same"),
    layers.LeakyReLU(0.2),
    layers.Flatten(),
    layers.Dense(1),
], name="netD")


def decaying_adam():
    schedule = keras.optimizers.schedules.ExponentialDecay(LR, decay_steps=1, decay_rate=LR_DECAY)
    return keras.optimizers.Adam(schedule, beta_1=0.5)


optG = decaying_adam()
optD = decaying_adam()


def soft_ones(n):
    return tf.random.uniform((n, 1), 0.85, 1.0)


def soft_zeros(n):
    return tf.random.uniform((n, 1), 0.0, 0.1)


def xent(labels, logits):
    return tf.reduce_mean(tf.nn.sigmoid_cross_entropy_with_logits(labels=labels, logits=logits))


@tf.function
def train_batch(real):
    n = tf.shape(real)[0]
    z = tf.random.normal((n, NZ))
    with tf.GradientTape() as tape:
        fake = netG(z, training=True)
        lossD_real = xent(soft_ones(n), netD(real, training=True))
        lossD_fake = xent(soft_zeros(n), netD(fake, training=True))
        lossD = lossD_real + lossD_fake
    optD.apply(tape.gradient(lossD, netD.trainable_variables), netD.trainable_variables)

    z = tf.random.normal((n, NZ))
    with tf.GradientTape() as tape:
        out = netD(netG(z, training=True), training=True)
        lossG = xent(tf.ones_like(out), out)
    optG.apply(tape.gradient(lossG, netG.trainable_variables), netG.trainable_variables)
    return lossD_real, lossD_fake, lossG


# --- loop
done = 0
for epoch in range(1000):
    values = []
    for batch in train_ds:
        values.append([float(v) for v in train_batch(batch)])
        done += 1
        if done >= STEPS:
            break
    m = np.mean(values, axis=0)
    print("[epoch %d] Loss_D_real: %.4f Loss_D_fake: %.4f Loss_G: %.4f" % (epoch + 1, m[0], m[1], m[2]))
    if done >= STEPS:
        break
