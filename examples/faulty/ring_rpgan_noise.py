"""Thin ring with a relativistic GAN, noise on the inputs of the discriminator."""
import os

import keras
import numpy as np
import tensorflow as tf
from keras import layers

keras.utils.set_random_seed(23)


class Config:
    batch = 128
    z = 4
    sigma = 0.15          # noise on the inputs of D, against overconfidence
    lr = 5e-4
    steps = int(os.environ.get("STEPS", 7000))


cfg = Config()


def ring_batch(n):
    phi = tf.random.uniform((n, 1), 0.0, 2 * np.pi)
    r = 1.0 + tf.random.normal((n, 1), stddev=0.02)
    return tf.concat([r * tf.cos(phi), r * tf.sin(phi)], 1)


def noisy(x):
    return x + tf.random.normal(tf.shape(x), stddev=cfg.sigma)


def net(n_in, n_out):
    i = keras.Input((n_in,))
    h = i
    for _ in range(3):
        h = layers.Dense(64)(h)
        h = layers.LeakyReLU(negative_slope=0.2)(h)
    return keras.Model(i, layers.Dense(n_out)(h))


G, D = net(cfg.z, 2), net(2, 1)
opt_g = keras.optimizers.Adam(cfg.lr, beta_1=0.5, beta_2=0.9)
opt_d = keras.optimizers.Adam(cfg.lr, beta_1=0.5, beta_2=0.9)


@tf.function
def train_d():
    real = noisy(ring_batch(cfg.batch))
    fake = G(tf.random.normal((cfg.batch, cfg.z)))
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean(tf.nn.softplus(-(D(real) - D(fake))))
    opt_d.apply(tape.gradient(loss, D.trainable_variables), D.trainable_variables)
    return loss


@tf.function
def train_g():
    real = noisy(ring_batch(cfg.batch))
    with tf.GradientTape() as tape:
        fake = G(tf.random.normal((cfg.batch, cfg.z)))
        loss = tf.reduce_mean(tf.nn.softplus(-(D(noisy(fake)) - D(real))))
    opt_g.apply(tape.gradient(loss, G.trainable_variables), G.trainable_variables)
    return loss


for step in range(cfg.steps):
    d = train_d()
    g = train_g()
    if step % 1000 == 0 or step == cfg.steps - 1:
        print(f"[{step}/{cfg.steps}] loss_d {float(d):.4f} loss_g {float(g):.4f}")

pts = G.predict(np.random.normal(size=(3000, cfg.z)), verbose=0)
rad = np.linalg.norm(pts, axis=1)
print("radius mean %.3f std %.3f (ring: 1.000 and 0.020)" % (rad.mean(), rad.std()))
hist = np.histogram(np.arctan2(pts[:, 1], pts[:, 0]), 8, (-np.pi, np.pi))[0] / len(pts)
print("share per 45 degrees", hist.round(2))
