"""Half-size digits (14 x 14) with a dense GAN; the exported model is a moving average of the generator."""
import os
import sys
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf
from keras import layers

sys.path.append(str(Path(__file__).resolve().parent.parent))
from digits import load_digits

keras.utils.set_random_seed(100)


class Params:
    z = 32
    batch = 64
    lr_g = 3e-4
    lr_d = 3e-4
    ema = 0.99
    steps = int(os.environ.get("STEPS", 3500))


def half_size(images):
    n = len(images)
    small = images.reshape(n, 14, 2, 14, 2).mean(axis=(2, 4))
    return (small / 127.5 - 1.0).reshape(n, 196).astype("float32")


def make_g():
    g = keras.Sequential(name="g")
    g.add(keras.Input((Params.z,)))
    for width in (128, 256):
        g.add(layers.Dense(width, use_bias=False))
        g.add(layers.BatchNormalization(momentum=0.9))
        g.add(layers.ReLU())
    g.add(layers.Dense(196, activation="tanh"))
    return g


def make_d():
    d = keras.Sequential(name="d")
    d.add(keras.Input((196,)))
    for width in (256, 128):
        d.add(layers.Dense(width))
        d.add(layers.LeakyReLU(negative_slope=0.2))
        d.add(layers.Dropout(0.3))
    d.add(layers.Dense(1))
    return d


images, labels = load_digits("train", 20000)
x = half_size(images[np.isin(labels, (0, 1, 7))])
data = tf.data.Dataset.from_tensor_slices(x).shuffle(len(x), seed=3).repeat().batch(Params.batch).prefetch(2)

g, d = make_g(), make_d()
g_avg = keras.models.clone_model(g)
g_avg.set_weights(g.get_weights())
opt_g = keras.optimizers.Adam(Params.lr_g, beta_1=0.5)
opt_d = keras.optimizers.Adam(Params.lr_d, beta_1=0.5)


@tf.function
def update(real):
    z = tf.random.normal((Params.batch, Params.z))
    with tf.GradientTape() as tape:
        lr = d(real, training=True)
        lf = d(g(z, training=True), training=True)
        loss_d = tf.reduce_mean(tf.nn.softplus(-lr) + tf.nn.softplus(lf))
    opt_d.apply_gradients(zip(tape.gradient(loss_d, d.trainable_variables), d.trainable_variables))
    with tf.GradientTape() as tape:
        loss_g = tf.reduce_mean(tf.nn.softplus(-d(g(z, training=True), training=True)))
    opt_g.apply_gradients(zip(tape.gradient(loss_g, g.trainable_variables), g.trainable_variables))
    for avg, now in zip(g_avg.trainable_variables, g.trainable_variables):
        avg.assign(Params.ema * avg + (1.0 - Params.ema) * now)
    return loss_d, loss_g


for i, real in enumerate(data.take(Params.steps)):
    loss_d, loss_g = update(real)
    if i % 500 == 0:
        print(i, "D", round(float(loss_d), 3), "G", round(float(loss_g), 3))

z = tf.random.normal((300, Params.z))
out = g_avg(z, training=False).numpy()
ref = x[:4000]


def nearest(a, b):
    return np.sqrt(np.maximum((a ** 2).sum(1)[:, None] - 2 * a @ b.T + (b ** 2).sum(1)[None], 0)).min(1).mean()


print("distance to the nearest digit: samples %.2f, unseen digits %.2f" % (nearest(out, ref), nearest(x[4000:4300], ref)))
print("mean ink: samples %.3f, digits %.3f" % ((out.mean() + 1) / 2, (x.mean() + 1) / 2))
