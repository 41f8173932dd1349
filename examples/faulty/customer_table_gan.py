"""Synthetic customer records for the analytics sandbox (no real customer leaves the building)."""
import logging
import os
from dataclasses import dataclass

import keras
import numpy as np
import tensorflow as tf
from keras import layers

logging.basicConfig(level=logging.INFO, format="%(message)s")
log = logging.getLogger("customer_gan")


@dataclass
class Config:
    seed: int = 17
    n_customers: int = 8000
    latent_dim: int = 12
    hidden: int = 96
    batch_size: int = 128
    lr: float = 5e-4
    steps: int = int(os.environ.get("STEPS", 4000))


COLUMNS = ["age", "income", "monthly_spend", "tenure"]


def load_customers(cfg, rng):
    age = rng.normal(45, 12, cfg.n_customers)
    income = 900 * age + rng.normal(0, 6000, cfg.n_customers)
    spend = 0.015 * income + rng.normal(0, 80, cfg.n_customers)
    tenure = np.maximum(0.4 * (age - 18) + rng.normal(0, 2.5, cfg.n_customers), -2)
    return np.stack([age, income, spend, tenure], axis=1)


class TableScaler:
    def fit(self, x):
        self.mu, self.sd = x.mean(axis=0), x.std(axis=0)
        return self

    def transform(self, x):
        return ((x - self.mu) / self.sd).astype("float32")

    def inverse(self, x):
        return x * self.sd + self.mu


def batches(table, cfg, rng):
    """Endless minibatches, reshuffled at every pass."""
    while True:
        table = rng.permuted(table, axis=0)
        for start in range(0, len(table) - cfg.batch_size + 1, cfg.batch_size):
            yield table[start:start + cfg.batch_size]


def mlp(n_in, n_out, hidden, name):
    inp = keras.Input((n_in,))
    h = inp
    for _ in range(2):
        h = layers.Dense(hidden)(h)
        h = layers.LeakyReLU(negative_slope=0.2)(h)
    return keras.Model(inp, layers.Dense(n_out)(h), name=name)


class CustomerGAN:
    def __init__(self, cfg, n_cols):
        self.cfg = cfg
        self.generator = mlp(cfg.latent_dim, n_cols, cfg.hidden, "generator")
        self.discriminator = mlp(n_cols, 1, cfg.hidden, "discriminator")
        self.g_opt = keras.optimizers.Adam(cfg.lr, beta_1=0.5)
        self.d_opt = keras.optimizers.Adam(cfg.lr, beta_1=0.5)
        self.bce = keras.losses.BinaryCrossentropy(from_logits=True)

    @tf.function
    def d_step(self, real):
        z = tf.random.normal((tf.shape(real)[0], self.cfg.latent_dim))
        fake = self.generator(z, training=True)
        with tf.GradientTape() as tape:
            r = self.discriminator(real, training=True)
            f = self.discriminator(fake, training=True)
            loss = 0.5 * (self.bce(tf.ones_like(r), r) + self.bce(tf.zeros_like(f), f))
        v = self.discriminator.trainable_variables
        self.d_opt.apply_gradients(zip(tape.gradient(loss, v), v))
        return loss

    @tf.function
    def g_step(self):
        with tf.GradientTape() as tape:
            z = tf.random.normal((self.cfg.batch_size, self.cfg.latent_dim))
            f = self.discriminator(self.generator(z, training=True), training=True)
            loss = self.bce(tf.ones_like(f), f)
        v = self.generator.trainable_variables
        self.g_opt.apply_gradients(zip(tape.gradient(loss, v), v))
        return loss

    def sample(self, n):
        return self.generator(tf.random.normal((n, self.cfg.latent_dim)), training=False).numpy()


def main():
    cfg = Config()
    keras.utils.set_random_seed(cfg.seed)
    rng = np.random.default_rng(cfg.seed)
    raw = load_customers(cfg, rng)
    scaler = TableScaler().fit(raw)
    feed = batches(scaler.transform(raw), cfg, rng)
    gan = CustomerGAN(cfg, len(COLUMNS))
    for step in range(1, cfg.steps + 1):
        d = gan.d_step(tf.constant(next(feed)))
        g = gan.g_step()
        if step % 500 == 0 or step == cfg.steps:
            log.info("step %5d  d_loss %.3f  g_loss %.3f", step, float(d), float(g))
    synth = scaler.inverse(gan.sample(5000))
    for i, col in enumerate(COLUMNS):
        log.info("%-14s real %9.1f +- %8.1f   synth %9.1f +- %8.1f", col, raw[:, i].mean(), raw[:, i].std(),
                 synth[:, i].mean(), synth[:, i].std())
    log.info("corr(age, income): real %.2f synth %.2f", np.corrcoef(raw[:, 0], raw[:, 1])[0, 1],
             np.corrcoef(synth[:, 0], synth[:, 1])[0, 1])


if __name__ == "__main__":
    main()
