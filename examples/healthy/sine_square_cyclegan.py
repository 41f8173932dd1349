"""One-dimensional CycleGAN: turns sine waves into square waves and square waves into sine waves, unpaired."""
import os
import random

import keras
import numpy as np
import tensorflow as tf
from keras import layers

keras.utils.set_random_seed(12)

STEPS = int(os.environ.get("STEPS", 1400))
LENGTH = 48
BATCH = 32
CYCLE, IDENTITY = 5.0, 1.0
REPORT = 140


def sines(n, rng):
    t = np.linspace(0, 2 * np.pi, LENGTH, endpoint=False)
    wave = np.sin(rng.integers(1, 4, (n, 1)) * t + rng.uniform(0, 2 * np.pi, (n, 1)))
    return (rng.uniform(0.5, 0.95, (n, 1)) * wave).astype("float32")[..., None]


def squares(n, rng):
    smooth = sines(n, rng)
    return (np.abs(smooth).max(axis=1, keepdims=True) * np.tanh(12 * smooth)).astype("float32")


def translator(name):
    x = inputs = keras.Input((LENGTH, 1))
    for _ in range(3):
        x = layers.Conv1D(24, 5, padding="same")(x)
        x = layers.LeakyReLU(negative_slope=0.2)(x)
    x = layers.Conv1D(1, 5, padding="same")(x)
    return keras.Model(inputs, layers.Activation("tanh")(layers.Add()([x, inputs])), name=name)


def judge(name):
    x = inputs = keras.Input((LENGTH, 1))
    for filters in (16, 32):
        x = layers.Conv1D(filters, 5, strides=2, padding="same")(x)
        x = layers.LeakyReLU(negative_slope=0.2)(x)
    return keras.Model(inputs, layers.Conv1D(1, 3, padding="same")(x), name=name)


class Pool:
    """Keeps some of the earlier translations, as in the CycleGAN paper."""

    def __init__(self, size=100):
        self.size, self.items = size, []

    def mix(self, batch):
        out = []
        for item in batch.numpy():
            if len(self.items) < self.size:
                self.items.append(item)
                out.append(item)
            elif random.random() < 0.5:
                at = random.randrange(self.size)
                out.append(self.items[at])
                self.items[at] = item
            else:
                out.append(item)
        return np.stack(out)


A2B, B2A = translator("sine_to_square"), translator("square_to_sine")
D_A, D_B = judge("sine_judge"), judge("square_judge")
translator_vars = A2B.trainable_variables + B2A.trainable_variables
judge_vars = D_A.trainable_variables + D_B.trainable_variables
translator_opt = keras.optimizers.Adam(1e-3, beta_1=0.5)
judge_opt = keras.optimizers.Adam(1e-3, beta_1=0.5)


def l1(a, b):
    return tf.reduce_mean(tf.abs(a - b))


@tf.function
def update_translators(a, b):
    with tf.GradientTape() as tape:
        fake_b, fake_a = A2B(a, training=True), B2A(b, training=True)
        adversarial = tf.reduce_mean((D_B(fake_b) - 1.0) ** 2) + tf.reduce_mean((D_A(fake_a) - 1.0) ** 2)
        cycle = l1(a, B2A(fake_b, training=True)) + l1(b, A2B(fake_a, training=True))
        identity = l1(b, A2B(b, training=True)) + l1(a, B2A(a, training=True))
        loss = adversarial + CYCLE * cycle + IDENTITY * identity
    grads = tape.gradient(loss, translator_vars)
    translator_opt.apply_gradients(zip(grads, translator_vars))
    return fake_a, fake_b, adversarial, cycle


@tf.function
def update_judges(a, b, old_a, old_b):
    with tf.GradientTape() as tape:
        loss_a = tf.reduce_mean((D_A(a) - 1.0) ** 2) + tf.reduce_mean(D_A(old_a) ** 2)
        loss_b = tf.reduce_mean((D_B(b) - 1.0) ** 2) + tf.reduce_mean(D_B(old_b) ** 2)
        loss = 0.5 * (loss_a + loss_b)
    grads = tape.gradient(loss, judge_vars)
    judge_opt.apply_gradients(zip(grads, judge_vars))
    return loss


rng = np.random.default_rng(1)
set_a, set_b = sines(4000, rng), squares(4000, rng)
pool_a, pool_b = Pool(), Pool()
rows = []
for step in range(1, STEPS + 1):
    a = set_a[rng.integers(0, len(set_a), BATCH)]
    b = set_b[rng.integers(0, len(set_b), BATCH)]
    fake_a, fake_b, adversarial, cycle = update_translators(a, b)
    j_loss = update_judges(a, b, pool_a.mix(fake_a), pool_b.mix(fake_b))
    rows.append((float(adversarial), float(cycle), float(j_loss)))
    if step % REPORT == 0 or step == STEPS:
        means = np.mean(rows, axis=0)
        print("epoch %d  adversarial %.3f  cycle %.3f  judges %.3f" % (-(-step // REPORT), *means))
        rows = []
