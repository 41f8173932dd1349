import os
import numpy as np
import tensorflow as tf
import keras

# least squares GAN on a noisy annulus. numpy does the batches, tf the gradients
rng = np.random.default_rng(11)
keras.utils.set_random_seed(11)

N = 6000
ang = rng.uniform(0, 2 * np.pi, N)
rad = 1.5 + 0.08 * rng.standard_normal(N)
DATA = np.c_[rad * np.cos(ang), rad * np.sin(ang)].astype(np.float32)


def net(sizes, n_in):
    m = keras.Sequential([keras.Input((n_in,))])
    for s in sizes[:-1]:
        m.add(keras.layers.Dense(s, activation="leaky_relu"))
    m.add(keras.layers.Dense(sizes[-1]))
    return m


NZ = 4
G = net([64, 64, 2], NZ)
D = net([96, 96, 1], 2)
optG = keras.optimizers.Adam(1e-3, beta_1=0.5)
optD = keras.optimizers.Adam(1e-3, beta_1=0.5)


@tf.function
def train_d(x, y):
    with tf.GradientTape() as t:
        loss = tf.reduce_mean((D(x) - y) ** 2)
    grads = t.gradient(loss, D.trainable_variables)
    optD.apply_gradients(zip(grads, D.trainable_variables))
    return loss


@tf.function
def train_g(z):
    with tf.GradientTape() as t:
        loss = tf.reduce_mean((D(G(z)) - 1.0) ** 2)
    grads = t.gradient(loss, G.trainable_variables)
    optG.apply_gradients(zip(grads, G.trainable_variables))
    return loss


def noise(n):
    return rng.standard_normal((n, NZ)).astype(np.float32)


half = 128
targets = np.concatenate([np.ones(half), np.zeros(half)]).astype(np.float32)
iters = int(os.environ.get("STEPS", 4000))
hist = []
for it in range(iters):
    real = DATA[rng.integers(0, N, half)]
    fake = G(noise(half)).numpy()
    ld = train_d(np.concatenate([real, fake]), targets)
    lg = train_g(noise(half))
    hist.append((float(ld), float(lg)))
    if (it + 1) % 500 == 0:
        print(it + 1, "D %.4f  G %.4f" % tuple(np.mean(hist[-100:], axis=0)))

s = G(noise(3000)).numpy()
r = np.hypot(s[:, 0], s[:, 1])
sector = np.floor((np.arctan2(s[:, 1], s[:, 0]) + np.pi) / (2 * np.pi) * 12).astype(int) % 12
print("radius %.3f +- %.3f (want 1.500 +- 0.080)" % (r.mean(), r.std()))
print("points on the annulus: %.1f %%" % (100 * np.mean(np.abs(r - 1.5) < 0.25)))
print("share per sector (want 0.083):", np.round(np.bincount(sector, minlength=12) / len(s), 3))
