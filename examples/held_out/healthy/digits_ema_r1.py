"""Digits: non-saturating loss, lazy R1, faster discriminator (TTUR), averaged generator for the samples."""
import os
import sys
from pathlib import Path

import keras
import tensorflow as tf
from keras import layers

sys.path.append(str(Path(__file__).resolve().parent.parent))
from digits import load_digits  # noqa: E402

keras.utils.set_random_seed(77)

Z_DIM, BATCH = 32, 64
R1_EVERY, R1_GAMMA = 8, 1.0
EMA = 0.995
STEPS = min(2200, int(os.environ.get("STEPS", 2200)))


def load():
    x, _ = load_digits("train", 12000)
    x = tf.cast(x[..., None], tf.float32)
    x = tf.image.resize(x, (14, 14), method="area")
    return tf.reshape(x, (-1, 196)) / 127.5 - 1.0


def make_g():
    return keras.Sequential([
        layers.Input((Z_DIM,)),
        layers.Dense(128, use_bias=False), layers.BatchNormalization(momentum=0.9), layers.ReLU(),
        layers.Dense(192, use_bias=False), layers.BatchNormalization(momentum=0.9), layers.ReLU(),
        layers.Dense(196, activation="tanh"),
    ])


def make_d():
    return keras.Sequential([
        layers.Input((196,)),
        layers.Dense(192), layers.LeakyReLU(0.2),
        layers.Dense(96), layers.LeakyReLU(0.2),
        layers.Dense(1),
    ])


g, d, g_avg = make_g(), make_d(), make_g()
g_avg.set_weights(g.get_weights())
g_avg.trainable = False
opt_g = keras.optimizers.Adam(5e-4, beta_1=0.0, beta_2=0.99)
opt_d = keras.optimizers.Adam(1e-3, beta_1=0.0, beta_2=0.99)


@tf.function
def d_step(real):
    fake = g(tf.random.normal((BATCH, Z_DIM)), training=True)
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean(tf.nn.softplus(-d(real)) + tf.nn.softplus(d(fake)))
    opt_d.apply_gradients(zip(tape.gradient(loss, d.trainable_variables), d.trainable_variables))
    return loss


@tf.function
def r1_step(real):
    # the penalty alone, every R1_EVERY-th step, with a weight that makes up for the skipped ones
    with tf.GradientTape() as tape:
        with tf.GradientTape() as inner:
            inner.watch(real)
            score = tf.reduce_sum(d(real))
        grad = inner.gradient(score, real)
        penalty = 0.5 * R1_GAMMA * R1_EVERY * tf.reduce_mean(tf.reduce_sum(grad * grad, axis=1))
    grads = tape.gradient(penalty, d.trainable_variables)
    # the last bias has no influence on the slope
    pairs = [(dw, w) for dw, w in zip(grads, d.trainable_variables)]
    opt_d.apply_gradients([(tf.zeros_like(w) if dw is None else dw, w) for dw, w in pairs])


@tf.function
def g_step():
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean(tf.nn.softplus(-d(g(tf.random.normal((BATCH, Z_DIM)), training=True))))
    opt_g.apply_gradients(zip(tape.gradient(loss, g.trainable_variables), g.trainable_variables))
    for avg, w in zip(g_avg.weights, g.weights):   # weights and BN statistics
        avg.assign(EMA * avg + (1 - EMA) * w)
    return loss


x = load()
data = iter(tf.data.Dataset.from_tensor_slices(x).shuffle(12000).repeat().batch(BATCH))
for i in range(STEPS):
    batch = next(data)
    ld = d_step(batch)
    if i % R1_EVERY == 0:
        r1_step(batch)
    lg = g_step()
    if i % 400 == 0:
        print("step", i, "d", round(float(ld), 3), "g", round(float(lg), 3))

s = g_avg(tf.random.normal((300, Z_DIM)), training=False)
print("ink: samples %.3f digits %.3f" % (float(tf.reduce_mean(tf.cast(s > 0, tf.float32))),
                                         float(tf.reduce_mean(tf.cast(x > 0, tf.float32)))))
