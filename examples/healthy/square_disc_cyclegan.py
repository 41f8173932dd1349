"""CycleGAN in two dimensions: unpaired translation between points in a square and points in a disc."""
import os

import keras
import numpy as np
import tensorflow as tf
from keras import layers

keras.utils.set_random_seed(11)
STEPS = min(4000, int(os.environ.get("STEPS", 4000)))
LAMBDA_CYCLE = 3.0
LAMBDA_ID = 5.0

rng = np.random.default_rng(5)


def square(n):
    """domain A"""
    return (rng.uniform(-1, 1, (n, 2)) - [1.5, 0]).astype("float32")


def disc(n):
    """domain B"""
    r, t = np.sqrt(rng.random(n)), rng.uniform(0, 2 * np.pi, n)
    return np.stack([1.5 + r * np.cos(t), r * np.sin(t)], 1).astype("float32")


def mlp(out, name):
    return keras.Sequential(
        [keras.Input((2,)), layers.Dense(64, activation="relu"), layers.Dense(64, activation="relu"), layers.Dense(out)],
        name=name,
    )


class CycleGAN:
    def __init__(self):
        self.gen_a2b, self.gen_b2a = mlp(2, "a2b"), mlp(2, "b2a")
        self.dis_a, self.dis_b = mlp(1, "dis_a"), mlp(1, "dis_b")
        self.opt_g = keras.optimizers.Adam(5e-4, beta_1=0.5)
        self.opt_d = keras.optimizers.Adam(1e-3, beta_1=0.5)

    @property
    def g_vars(self):
        return self.gen_a2b.trainable_variables + self.gen_b2a.trainable_variables

    @property
    def d_vars(self):
        return self.dis_a.trainable_variables + self.dis_b.trainable_variables

    @staticmethod
    def mae(x, y):
        return tf.reduce_mean(tf.abs(x - y))

    @tf.function
    def step(self, a, b):
        with tf.GradientTape() as tape:
            fake_b, fake_a = self.gen_a2b(a), self.gen_b2a(b)
            adv = tf.reduce_mean((self.dis_b(fake_b) - 1) ** 2) + tf.reduce_mean((self.dis_a(fake_a) - 1) ** 2)
            cycle = self.mae(self.gen_b2a(fake_b), a) + self.mae(self.gen_a2b(fake_a), b)
            identity = self.mae(self.gen_b2a(a), a) + self.mae(self.gen_a2b(b), b)
            g_loss = adv + LAMBDA_CYCLE * cycle + LAMBDA_ID * identity
        self.opt_g.apply_gradients(zip(tape.gradient(g_loss, self.g_vars), self.g_vars))

        with tf.GradientTape() as tape:
            d_loss = 0.5 * (
                tf.reduce_mean((self.dis_a(a) - 1) ** 2) + tf.reduce_mean(self.dis_a(fake_a) ** 2)
                + tf.reduce_mean((self.dis_b(b) - 1) ** 2) + tf.reduce_mean(self.dis_b(fake_b) ** 2)
            )
        self.opt_d.apply_gradients(zip(tape.gradient(d_loss, self.d_vars), self.d_vars))
        return d_loss, adv, cycle


gan = CycleGAN()
for i in range(STEPS):
    d_loss, adv, cycle = gan.step(tf.constant(square(128)), tf.constant(disc(128)))
    if i % 800 == 0:
        print(f"{i}: d {d_loss:.3f}  adv {adv:.3f}  cycle {cycle:.4f}")

for net, source, target in ((gan.gen_a2b, square, disc), (gan.gen_b2a, disc, square)):
    out, ref = net(source(2000)).numpy(), target(2000)
    gap = np.linalg.norm(ref[:, None] - out[None], axis=2).min(1)
    print(net.name, "mean", out.mean(0).round(2), "target", ref.mean(0).round(2), "std", out.std(0).round(2),
          "target", ref.std(0).round(2), "uncovered %.3f" % (gap > 0.15).mean())
