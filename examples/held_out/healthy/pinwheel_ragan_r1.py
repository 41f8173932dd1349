"""Relativistic average GAN with R1 on pinwheel points, both players in one function."""
import os
import numpy as np
import tensorflow as tf
import keras

keras.utils.set_random_seed(4)
BATCH, DIM_Z, GAMMA = 200, 6, 0.05
NUM_STEPS = int(os.environ.get("STEPS", 5000))


def pinwheel(n, arms=5):
    k = np.random.randint(0, arms, n)
    r = np.random.normal(1.0, 0.25, n)
    s = np.random.normal(0, 0.08, n)
    a = 2 * np.pi * k / arms + 0.5 * np.exp(r) / 2.0
    return np.stack([r * np.cos(a) - s * np.sin(a), r * np.sin(a) + s * np.cos(a)], 1).astype("float32") * 1.5


def net(sizes, act):
    seq = keras.Sequential([keras.Input((sizes[0],))])
    for s in sizes[1:-1]:
        seq.add(keras.layers.Dense(s, activation=act))
    seq.add(keras.layers.Dense(sizes[-1]))
    return seq


G = net([DIM_Z, 128, 128, 2], "relu")
D = net([2, 128, 128, 1], "leaky_relu")
g_optimizer = keras.optimizers.Adam(5e-4, beta_1=0.0, beta_2=0.99)
d_optimizer = keras.optimizers.Adam(1e-3, beta_1=0.0, beta_2=0.99)


@tf.function
def train(x_real):
    with tf.GradientTape() as tape:
        x_fake = G(tf.random.normal((BATCH, DIM_Z)))
        with tf.GradientTape() as inner:
            inner.watch(x_real)
            c_real = D(x_real)
        grad = inner.gradient(c_real, x_real)
        r1 = tf.reduce_mean(tf.reduce_sum(grad ** 2, axis=1))
        c_fake = D(x_fake)
        rel_real = c_real - tf.reduce_mean(c_fake)
        rel_fake = c_fake - tf.reduce_mean(c_real)
        d_loss = 0.5 * (tf.reduce_mean(tf.nn.softplus(-rel_real)) + tf.reduce_mean(tf.nn.softplus(rel_fake)))
        total = d_loss + 0.5 * GAMMA * r1
    d_optimizer.apply_gradients(zip(tape.gradient(total, D.trainable_variables), D.trainable_variables))

    with tf.GradientTape() as tape:
        c_fake = D(G(tf.random.normal((BATCH, DIM_Z))))
        c_real = D(x_real)
        # the real half of the loss reaches G through the mean over the fakes
        rel_real = c_real - tf.reduce_mean(c_fake)
        rel_fake = c_fake - tf.reduce_mean(c_real)
        g_loss = 0.5 * (tf.reduce_mean(tf.nn.softplus(rel_real)) + tf.reduce_mean(tf.nn.softplus(-rel_fake)))
    g_optimizer.apply_gradients(zip(tape.gradient(g_loss, G.trainable_variables), G.trainable_variables))
    return d_loss, g_loss, r1


for step in range(NUM_STEPS):
    d, g, r1 = train(tf.constant(pinwheel(BATCH)))
    if step % 500 == 0:
        print("%d: D=%.4f G=%.4f R1=%.3f" % (step, d, g, r1))

s = G(tf.random.normal((2000, DIM_Z))).numpy()
p = pinwheel(2000)
dist = np.linalg.norm(s[:, None] - p[None], axis=-1)
base = np.linalg.norm(pinwheel(2000)[:, None] - p[None], axis=-1)
print("nearest distance: samples->data %.3f (data->data %.3f), data->samples %.3f" % (dist.min(1).mean(), base.min(1).mean(), dist.min(0).mean()))
