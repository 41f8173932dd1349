# GAN on the two moons
import os
import numpy as np
import tensorflow as tf
from keras import Sequential, Input, optimizers, utils
from keras.layers import Dense, LeakyReLU
from keras.losses import binary_crossentropy

utils.set_random_seed(42)


def moons(n):
    a = np.random.uniform(0, np.pi, n)
    top = np.random.rand(n) < 0.5
    x = np.where(top, np.cos(a), 1 - np.cos(a))
    y = np.where(top, np.sin(a), 0.5 - np.sin(a))
    p = np.stack([x - 0.5, y - 0.25], 1) + np.random.normal(0, 0.05, (n, 2))
    return p.astype(np.float32)


X = moons(10000)
BS, ZD = 128, 4

gen = Sequential([Input((ZD,)), Dense(64, activation="relu"), Dense(64, activation="relu"), Dense(2)])
dis = Sequential([Input((2,)), Dense(64), LeakyReLU(negative_slope=0.2),
                  Dense(64), LeakyReLU(negative_slope=0.2), Dense(1)])
gopt = optimizers.Adam(1e-3, beta_1=0.5)
dopt = optimizers.Adam(1e-3, beta_1=0.5)


def bce(logits, target):
    """binary cross-entropy of the discriminator's logits against 0 or 1"""
    return tf.reduce_mean(binary_crossentropy(logits, target, from_logits=True))


@tf.function
def d_step(x):
    z = tf.random.normal([BS, ZD])
    with tf.GradientTape() as t:
        r = dis(x, training=True)
        f = dis(gen(z, training=True), training=True)
        loss = 0.5 * (bce(r, tf.ones_like(r)) + bce(f, tf.zeros_like(f)))
    g = t.gradient(loss, dis.trainable_variables)
    dopt.apply_gradients(zip(g, dis.trainable_variables))
    return loss


@tf.function
def g_step():
    z = tf.random.normal([BS, ZD])
    with tf.GradientTape() as t:
        f = dis(gen(z, training=True), training=True)
        loss = bce(f, tf.ones_like(f))
    g = t.gradient(loss, gen.trainable_variables)
    gopt.apply_gradients(zip(g, gen.trainable_variables))
    return loss


n_steps = int(os.environ.get("STEPS", 6000))
for s in range(1, n_steps + 1):
    xb = X[np.random.randint(0, len(X), BS)]
    ld = d_step(tf.convert_to_tensor(xb))
    lg = g_step()
    if s == 1 or s % 1000 == 0:
        print("step", s, "D", float(ld), "G", float(lg))

P = gen(tf.random.normal([1000, ZD])).numpy()
dist = np.sqrt(((P[:, None] - X[None, :2000]) ** 2).sum(-1))
print("mean distance of a sample to the moons: %.3f" % dist.min(1).mean())
print("mean distance of a data point to the samples: %.3f" % dist.min(0).mean())
