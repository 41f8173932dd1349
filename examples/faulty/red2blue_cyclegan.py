"""CycleGAN in miniature: pictures with red discs <-> pictures with blue discs (unpaired)."""
import os

import numpy as np
import tensorflow as tf
from tensorflow import keras
from tensorflow.keras import layers

keras.utils.set_random_seed(11)
SIZE = 12
BATCH = 8
LAMBDA = 10.0
STEPS = int(os.environ.get("STEPS", 1400))


def make_pictures(n, channel, rng):
    yy, xx = np.mgrid[:SIZE, :SIZE]
    out = np.empty((n, SIZE, SIZE, 3), np.float32)
    for i in range(n):
        img = np.full((SIZE, SIZE, 3), rng.uniform(-0.2, 0.1), np.float32)
        cx, cy, r = *rng.uniform(3, SIZE - 4, 2), rng.uniform(2.5, 4)
        mask = np.hypot(xx - cx, yy - cy) < r
        img[mask] = -0.8
        img[mask, channel] = rng.uniform(0.4, 0.9)
        out[i] = img + rng.normal(0, 0.02, img.shape)
    return out


rng = np.random.default_rng(11)
red = make_pictures(1000, 0, rng)
blue = make_pictures(1000, 2, rng)
train_A = tf.data.Dataset.from_tensor_slices(red).shuffle(1000).repeat().batch(BATCH)
train_B = tf.data.Dataset.from_tensor_slices(blue).shuffle(1000).repeat().batch(BATCH)


def make_G(name):
    inp = keras.Input((SIZE, SIZE, 3))
    x = layers.Conv2D(24, 3, padding="same", activation="relu")(inp)
    h = layers.Conv2D(24, 3, padding="same", activation="relu")(x)
    x = layers.add([x, h])
    return keras.Model(inp, layers.Conv2D(3, 3, padding="same", activation="tanh")(x), name=name)


def make_D(name):
    return keras.Sequential(
        [
            keras.Input((SIZE, SIZE, 3)),
            layers.Conv2D(16, 4, strides=2, padding="same"),
            layers.LeakyReLU(0.2),
            layers.Conv2D(32, 4, strides=2, padding="same"),
            layers.LeakyReLU(0.2),
            layers.Conv2D(1, 3, padding="same"),
        ],
        name=name,
    )


G_A2B, G_B2A = make_G("A2B"), make_G("B2A")
D_A, D_B = make_D("D_A"), make_D("D_B")
mse = keras.losses.MeanSquaredError()
mae = keras.losses.MeanAbsoluteError()
G_opt = keras.optimizers.Adam(1e-3, beta_1=0.5)
D_opt = keras.optimizers.Adam(5e-4, beta_1=0.5)


@tf.function
def train_G(A, B):
    with tf.GradientTape() as t:
        A2B = G_A2B(A, training=True)
        B2A = G_B2A(B, training=True)
        A2B2A = G_B2A(A2B, training=True)
        B2A2B = G_A2B(B2A, training=True)
        # identity mapping keeps the colours of what need not change
        A_id = G_A2B(A, training=True)
        B_id = G_B2A(B, training=True)

        pred_B, pred_A = D_B(A2B, training=True), D_A(B2A, training=True)
        adv = mse(tf.ones_like(pred_B), pred_B) + mse(tf.ones_like(pred_A), pred_A)
        cycle = mae(A, A2B2A) + mae(B, B2A2B)
        identity = mae(A, A_id) + mae(B, B_id)
        loss = adv + LAMBDA * (cycle + identity)
    variables = G_A2B.trainable_variables + G_B2A.trainable_variables
    G_opt.apply_gradients(zip(t.gradient(loss, variables), variables))
    return A2B, B2A, {"adv": adv, "cycle": cycle, "id": identity}


@tf.function
def train_D(A, B, A2B, B2A):
    with tf.GradientTape() as t:
        loss = 0.0
        for D, real, fake in ((D_A, A, B2A), (D_B, B, A2B)):
            r, f = D(real, training=True), D(fake, training=True)
            loss += mse(tf.ones_like(r), r) + mse(tf.zeros_like(f), f)
    variables = D_A.trainable_variables + D_B.trainable_variables
    D_opt.apply_gradients(zip(t.gradient(loss, variables), variables))
    return loss


for step, (A, B) in enumerate(tf.data.Dataset.zip((train_A, train_B)).take(STEPS)):
    A2B, B2A, logs = train_G(A, B)
    d_loss = train_D(A, B, A2B, B2A)
    if step % 200 == 0:
        print(step, "D %.3f" % d_loss, " ".join(f"{k} {float(v):.3f}" for k, v in logs.items()))

out = G_A2B(red[:200]).numpy()
print("red pictures: largest red %.2f, largest blue %.2f" % (red[:200, ..., 0].max((1, 2)).mean(), red[:200, ..., 2].max((1, 2)).mean()))
print("translated  : largest red %.2f, largest blue %.2f" % (out[..., 0].max((1, 2)).mean(), out[..., 2].max((1, 2)).mean()))
