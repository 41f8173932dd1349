"""Small DCGAN for digits. Samples are drawn with the statistics of a large batch (training=True)."""
import os
import sys
from pathlib import Path

import numpy as np
import tensorflow as tf
import keras
from keras import layers

sys.path.append(str(Path(__file__).resolve().parent.parent))
from digits import load_digits

keras.utils.set_random_seed(55)
NZ, BS = 50, 64
ITERS = min(1300, int(os.environ.get("STEPS", 1300)))

X, _ = load_digits("train")
X = X.reshape(-1, 14, 2, 14, 2).mean((2, 4))
X = (X.astype(np.float32) / 255.0 * 2.0 - 1.0)[..., None]

init = keras.initializers.RandomNormal(stddev=0.05)


def conv_block(x, filters, kernel, stride, bn=True):
    x = layers.Conv2D(filters, kernel, stride, padding="same", use_bias=not bn, kernel_initializer=init)(x)
    if bn:
        x = layers.BatchNormalization()(x)
    return layers.LeakyReLU(0.2)(x)


def up_block(x, filters):
    x = layers.UpSampling2D()(x)
    x = layers.Conv2D(filters, 3, padding="same", use_bias=False, kernel_initializer=init)(x)
    x = layers.BatchNormalization()(x)
    return layers.ReLU()(x)


z_in = keras.Input((NZ,))
h = layers.Dense(7 * 7 * 48, use_bias=False, kernel_initializer=init)(z_in)
h = layers.BatchNormalization()(h)
h = layers.Reshape((7, 7, 48))(layers.ReLU()(h))
h = up_block(h, 32)
netG = keras.Model(z_in, layers.Conv2D(1, 3, padding="same", activation="tanh", kernel_initializer=init)(h))

x_in = keras.Input((14, 14, 1))
h = conv_block(x_in, 24, 4, 2, bn=False)
h = conv_block(h, 48, 4, 2)
h = layers.Flatten()(h)
netD = keras.Model(x_in, layers.Dense(1, kernel_initializer=init)(h))

# two time scales: the discriminator is faster
optD = keras.optimizers.Adam(8e-4, beta_1=0.5, beta_2=0.999)
optG = keras.optimizers.Adam(2e-4, beta_1=0.5, beta_2=0.999)
bce = keras.losses.BinaryCrossentropy(from_logits=True)


@tf.function
def train_D(real):
    fake = netG(tf.random.normal((BS, NZ)), training=True)
    with tf.GradientTape() as tape:
        # real and fake pass in two batches, each with its own statistics
        out_real = netD(real, training=True)
        out_fake = netD(fake, training=True)
        loss = bce(0.9 * tf.ones_like(out_real), out_real) + bce(tf.zeros_like(out_fake), out_fake)
    optD.apply_gradients(zip(tape.gradient(loss, netD.trainable_weights), netD.trainable_weights))
    return loss


@tf.function
def train_G():
    with tf.GradientTape() as tape:
        out = netD(netG(tf.random.normal((BS, NZ)), training=True), training=True)
        loss = bce(tf.ones_like(out), out)
    optG.apply_gradients(zip(tape.gradient(loss, netG.trainable_weights), netG.trainable_weights))
    return loss


pos = 0
order = np.random.permutation(len(X))
for it in range(ITERS):
    if pos + BS > len(X):
        pos, order = 0, np.random.permutation(len(X))
    real = X[order[pos:pos + BS]]
    pos += BS
    lossD = train_D(real)
    lossG = train_G()
    if it % 200 == 0:
        print("it %4d  D %.3f  G %.3f" % (it, lossD, lossG))

fixed_noise = tf.random.normal((256, NZ))
grid = netG(fixed_noise, training=True).numpy()
print("ink real %.3f fake %.3f, pixel std real %.3f fake %.3f"
      % ((X > 0).mean(), (grid > 0).mean(), X[:2000].std(0).mean(), grid.std(0).mean()))
