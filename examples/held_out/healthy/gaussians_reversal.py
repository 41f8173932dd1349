"""Mixture of five Gaussians. Generator and discriminator share ONE loss and ONE optimizer:
a gradient reversal between them turns the minimisation into the minimax game (as in DANN)."""
import os
import numpy as np
import tensorflow as tf
import keras
from keras import layers

keras.utils.set_random_seed(13)
rs = np.random.RandomState(13)
K, BATCH, NZ = 5, 256, 4
STEPS = min(int(os.environ.get("STEPS", 8000)), 8000)

centres = np.stack([np.cos(2 * np.pi * np.arange(K) / K), np.sin(2 * np.pi * np.arange(K) / K)], 1)


def draw(n):
    return (centres[rs.randint(K, size=n)] + 0.1 * rs.randn(n, 2)).astype(np.float32)


@tf.custom_gradient
def reverse(x):
    def grad(dy):
        return -dy
    return tf.identity(x), grad


def net(n_in, n_out):
    m = keras.Sequential([keras.Input((n_in,))])
    for _ in range(2):
        m.add(layers.Dense(96, kernel_initializer="he_normal"))
        m.add(layers.LeakyReLU(negative_slope=0.2))
    m.add(layers.Dense(n_out))
    return m


gen, dis = net(NZ, 2), net(2, 1)
weights = gen.trainable_variables + dis.trainable_variables
opt = keras.optimizers.Adam(learning_rate=5e-4, beta_1=0.5)
opt.build(weights)


@tf.function
def step_fn(real):
    z = tf.random.normal((BATCH, NZ))
    with tf.GradientTape() as tape:
        fake = gen(z)
        with tf.GradientTape() as inner:
            inner.watch(real)
            lr = dis(real)
        slope = inner.gradient(lr, real)
        r1 = tf.reduce_mean(tf.reduce_sum(slope ** 2, axis=1))
        lf = dis(reverse(fake))
        game = tf.reduce_mean(tf.nn.softplus(-lr)) + tf.reduce_mean(tf.nn.softplus(lf))
        loss = game + 0.02 * r1
    opt.apply_gradients(zip(tape.gradient(loss, weights), weights))
    return game, r1


for t in range(STEPS):
    game, r1 = step_fn(tf.constant(draw(BATCH)))
    if t % 1600 == 0:
        print(f"t={t} game value {game:.4f} (2 log 2 = 1.3863) r1 {r1:.4f}")

pts = gen(tf.random.normal((2000, NZ))).numpy()
dist = np.linalg.norm(pts[:, None] - centres[None], axis=2)
print("share within 0.3 of a centre: %.3f" % (dist.min(1) < 0.3).mean())
print("points for each centre:", np.bincount(dist.argmin(1), minlength=K))
