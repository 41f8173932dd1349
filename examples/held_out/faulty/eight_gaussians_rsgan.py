import os
import math
import numpy as np
import tensorflow as tf
import keras
from keras import layers

# relativistic standard GAN (RSGAN) on the usual mixture of eight Gaussians
keras.utils.set_random_seed(0)
Z, B = 8, 256
ITERS = int(os.environ.get("STEPS", 5000))
CENTERS = np.array([(2 * math.cos(k * math.pi / 4), 2 * math.sin(k * math.pi / 4)) for k in range(8)], dtype="float32")


def batches():
    rng = np.random.default_rng(0)
    while True:
        k = rng.integers(0, 8, B)
        yield (CENTERS[k] + rng.normal(0, 0.15, (B, 2))).astype("float32")


def mlp(n_in, n_out, act, width=128):
    inp = keras.Input((n_in,))
    h = layers.Dense(width, activation=act)(inp)
    h = layers.Dense(width, activation=act)(h)
    return keras.Model(inp, layers.Dense(n_out)(h))


G = mlp(Z, 2, "relu")
C = mlp(2, 1, "leaky_relu")

# slowly lower both learning rates during training
lr_G = keras.optimizers.schedules.ExponentialDecay(5e-4, decay_steps=10, decay_rate=0.95)
lr_C = keras.optimizers.schedules.ExponentialDecay(1e-3, decay_steps=10, decay_rate=0.95)
opt_G = keras.optimizers.Adam(lr_G, beta_1=0.5)
opt_C = keras.optimizers.Adam(lr_C, beta_1=0.5)


@tf.function
def update(x):
    with tf.GradientTape() as tape:
        fake = G(tf.random.normal((B, Z)), training=True)
        loss_C = tf.reduce_mean(tf.nn.softplus(-(C(x, training=True) - C(fake, training=True))))
    opt_C.apply_gradients(zip(tape.gradient(loss_C, C.trainable_variables), C.trainable_variables))
    with tf.GradientTape() as tape:
        fake = G(tf.random.normal((B, Z)), training=True)
        loss_G = tf.reduce_mean(tf.nn.softplus(-(C(fake, training=True) - C(x, training=True))))
    opt_G.apply_gradients(zip(tape.gradient(loss_G, G.trainable_variables), G.trainable_variables))
    return loss_C, loss_G


gen = batches()
for it in range(ITERS):
    lc, lg = update(tf.constant(next(gen)))
    if it % 500 == 0:
        print(f"[{it}/{ITERS}] loss_C={float(lc):.4f} loss_G={float(lg):.4f}")

s = G(tf.random.normal((4000, Z)), training=False).numpy()
d = np.linalg.norm(s[:, None] - CENTERS[None], axis=-1)
near = d.min(1) < 0.45
print("share of samples near a centre:", near.mean())
print("share per centre:", np.bincount(d.argmin(1)[near], minlength=8) / len(s))
