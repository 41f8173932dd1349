# Relativistic average GAN on 10x10 sine gratings. Both networks compare real and fake scores.
import os

import numpy as np
import tensorflow as tf
from tensorflow import keras

keras.utils.set_random_seed(40)

SIZE = 10
CODE = 8
BATCH = 64
MAX_ITER = min(3000, int(os.getenv("STEPS", "3000")))


def grating_batches(batch):
    yy, xx = np.mgrid[0:SIZE, 0:SIZE] / SIZE
    while True:
        a = np.random.uniform(0, np.pi, (batch, 1, 1))
        p = np.random.uniform(0, 2 * np.pi, (batch, 1, 1))
        img = np.sin(2 * np.pi * 1.2 * (xx * np.cos(a) + yy * np.sin(a)) + p)
        yield img.reshape(batch, -1).astype(np.float32)


class Net(keras.Model):
    def __init__(self, widths, n_out, slope, out_act=None):
        super().__init__()
        self.hidden = [keras.layers.Dense(w) for w in widths]
        self.act = keras.layers.LeakyReLU(negative_slope=slope)
        self.last = keras.layers.Dense(n_out, activation=out_act)

    def call(self, x):
        for layer in self.hidden:
            x = self.act(layer(x))
        return self.last(x)


G = Net([128, 128], SIZE * SIZE, 0.0, "tanh")
C = Net([128, 128], 1, 0.2)
G(tf.zeros((1, CODE)))
C(tf.zeros((1, SIZE * SIZE)))

optG = keras.optimizers.Adam(5e-4, beta_1=0.0, beta_2=0.99)
optC = keras.optimizers.Adam(1e-3, beta_1=0.0, beta_2=0.99)
xent = tf.nn.sigmoid_cross_entropy_with_logits


def relativistic(winner, loser):
    """The winner's scores should lie above the mean of the loser's, and the other way round."""
    up = winner - tf.reduce_mean(loser)
    down = loser - tf.reduce_mean(winner)
    return tf.reduce_mean(xent(tf.ones_like(up), up)) + tf.reduce_mean(xent(tf.zeros_like(down), down))


@tf.function
def critic_update(real):
    fake = tf.stop_gradient(G(tf.random.uniform((BATCH, CODE), -1, 1)))
    with tf.GradientTape() as tape:
        with tf.GradientTape() as inner:
            inner.watch(real)
            s_real = C(real)
        slope = inner.gradient(s_real, real)
        loss = relativistic(s_real, C(fake))
        total = loss + 0.1 * tf.reduce_mean(tf.reduce_sum(slope**2, axis=1))
    optC.apply_gradients(zip(tape.gradient(total, C.trainable_variables), C.trainable_variables))
    return loss


@tf.function
def generator_update(real):
    with tf.GradientTape() as tape:
        loss = relativistic(C(G(tf.random.uniform((BATCH, CODE), -1, 1))), C(real))
    optG.apply_gradients(zip(tape.gradient(loss, G.trainable_variables), G.trainable_variables))
    return loss


batches = grating_batches(BATCH)
for i in range(MAX_ITER):
    c = critic_update(tf.constant(next(batches)))
    g = generator_update(tf.constant(next(batches)))
    if i % 500 == 0:
        print(i, "critic %.4f generator %.4f" % (c, g))

fake = G(tf.random.uniform((500, CODE), -1, 1)).numpy()
real = np.concatenate([next(batches) for _ in range(8)])
print("rms samples %.3f data %.3f" % (np.sqrt((fake**2).mean()), np.sqrt((real**2).mean())))
print("std over samples %.3f data %.3f" % (fake.std(0).mean(), real.std(0).mean()))
