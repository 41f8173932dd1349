"""Loan applications: amount, rate (continuous) and purpose (one of four) -> synthetic table.

The discriminator judges packs of four rows at once (PacGAN); the purpose column is a Gumbel softmax.
"""
import logging
import os

import keras
import numpy as np
import tensorflow as tf
from keras import layers

logger = logging.getLogger(__name__)
PURPOSES = ["car", "house", "study", "other"]
PAC = 4


class LoanSource:
    PROBS = np.array([0.4, 0.3, 0.1, 0.2])
    AMOUNT = np.array([15.0, 180.0, 25.0, 8.0])
    RATE = np.array([5.0, 3.0, 2.0, 8.0])

    def __init__(self, seed):
        self.rng = np.random.default_rng(seed)

    def raw(self, n):
        kind = self.rng.choice(4, n, p=self.PROBS)
        amount = self.AMOUNT[kind] * np.exp(self.rng.normal(0, 0.25, n))
        rate = self.RATE[kind] + self.rng.normal(0, 0.3, n)
        return amount, rate, kind

    def encode(self, amount, rate, kind):
        cont = np.stack([np.log(amount), rate], axis=1)
        self.mu, self.sd = cont.mean(axis=0), cont.std(axis=0)
        return np.concatenate([(cont - self.mu) / self.sd, np.eye(4)[kind]], axis=1).astype("float32")

    def decode(self, rows):
        cont = rows[:, :2] * self.sd + self.mu
        return np.exp(cont[:, 0]), cont[:, 1], rows[:, 2:].argmax(axis=1)


class LoanGenerator(keras.Model):
    def __init__(self, tau=0.4):
        super().__init__()
        self.tau = tau
        self.body = keras.Sequential([layers.Dense(128, activation="relu"), layers.Dense(128, activation="relu")])
        self.cont = layers.Dense(2)
        self.cat = layers.Dense(len(PURPOSES))

    def call(self, z):
        h = self.body(z)
        logits = self.cat(h)
        gumbel = -tf.math.log(-tf.math.log(tf.random.uniform(tf.shape(logits), 1e-6, 1.0 - 1e-6)))
        return tf.concat([self.cont(h), tf.nn.softmax((logits + gumbel) / self.tau)], axis=1)


def build_discriminator():
    noise = layers.GaussianNoise(0.1)
    judge = keras.Sequential([
        keras.Input((6 * PAC,)),
        layers.Dense(128), layers.LeakyReLU(negative_slope=0.2), layers.Dropout(0.2),
        layers.Dense(128), layers.LeakyReLU(negative_slope=0.2), layers.Dropout(0.2),
        layers.Dense(1),
    ], name="judge")
    return noise, judge


def main(steps, batch=256, latent=16):
    keras.utils.set_random_seed(55)
    source = LoanSource(55)
    amount, rate, kind = source.raw(10000)
    table = source.encode(amount, rate, kind)
    gen = LoanGenerator()
    noise, judge = build_discriminator()
    g_opt = keras.optimizers.Adam(3e-4, beta_1=0.5)
    d_opt = keras.optimizers.Adam(3e-4, beta_1=0.5)

    def score(rows):
        return judge(tf.reshape(noise(rows, training=True), (-1, 6 * PAC)), training=True)

    @tf.function
    def d_step(real):
        fake = gen(tf.random.normal((batch, latent)))
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(tf.nn.relu(1 - score(real))) + tf.reduce_mean(tf.nn.relu(1 + score(fake)))
        d_opt.apply_gradients(zip(tape.gradient(loss, judge.trainable_variables), judge.trainable_variables))
        return loss

    @tf.function
    def g_step():
        with tf.GradientTape() as tape:
            loss = -tf.reduce_mean(score(gen(tf.random.normal((batch, latent)))))
        g_opt.apply_gradients(zip(tape.gradient(loss, gen.trainable_variables), gen.trainable_variables))
        return loss

    for step in range(1, steps + 1):
        d = d_step(tf.constant(table[source.rng.integers(0, len(table), batch)]))
        g = g_step()
        if step % 500 == 0:
            logger.info("step %d d %.3f g %.3f", step, float(d), float(g))

    s_amount, s_rate, s_kind = source.decode(gen(tf.random.normal((5000, latent))).numpy())
    for k, name in enumerate(PURPOSES):
        a, b = kind == k, s_kind == k
        logger.info("%-6s share %.2f / %.2f  amount %.1f / %.1f  rate %.2f / %.2f", name, a.mean(), b.mean(),
                    amount[a].mean(), s_amount[b].mean(), rate[a].mean(), s_rate[b].mean())


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    main(int(os.environ.get("STEPS", 3500)))
