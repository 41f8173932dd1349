"""Synthetic load curves of a transformer station, 24 hourly values per day, for the grid simulation team."""
import os
import numpy as np
import tensorflow as tf
import keras
from keras import layers


class LoadCurveGAN:
    def __init__(self, latent=12, batch=64, seed=77):
        keras.utils.set_random_seed(seed)
        self.rng = np.random.default_rng(seed)
        self.latent, self.batch = latent, batch
        self.generator = self.build_generator()
        self.discriminator = self.build_discriminator()
        self.opt_g = keras.optimizers.Adam(4e-4, beta_1=0.5)
        self.opt_d = keras.optimizers.Adam(4e-4, beta_1=0.5)

    def build_generator(self):
        return keras.Sequential([
            keras.Input((self.latent,)),
            layers.Dense(96), layers.BatchNormalization(momentum=0.9), layers.ReLU(),
            layers.Dense(96), layers.BatchNormalization(momentum=0.9), layers.ReLU(),
            layers.Dense(24),
        ])

    def build_discriminator(self):
        return keras.Sequential([
            keras.Input((24,)),
            layers.Dense(96), layers.LeakyReLU(negative_slope=0.2), layers.Dropout(0.2),
            layers.Dense(96), layers.LeakyReLU(negative_slope=0.2),
            layers.Dense(1),
        ])

    def load_history(self, days=4000):
        h = np.arange(24)[None]
        weekday = self.rng.random((days, 1)) < 5 / 7
        base = self.rng.uniform(0.8, 1.2, (days, 1))
        morning = np.where(weekday, 0.9, 0.3) * np.exp(-((h - 8) / 2.0) ** 2)
        evening = self.rng.uniform(0.6, 1.2, (days, 1)) * np.exp(-((h - 19) / 2.5) ** 2)
        mw = 20 * (base + morning + evening) + self.rng.normal(0, 0.6, (days, 24))
        self.mean, self.std = mw.mean(), mw.std()
        self.history = mw
        return ((mw - self.mean) / self.std).astype("float32")

    @tf.function
    def step(self, real):
        z = tf.random.normal((self.batch, self.latent))
        with tf.GradientTape() as tape:
            r = self.discriminator(real, training=True)
            f = self.discriminator(self.generator(z, training=True), training=True)
            d_loss = 0.5 * (tf.reduce_mean((r - 1.0) ** 2) + tf.reduce_mean(f ** 2))
        grads = tape.gradient(d_loss, self.discriminator.trainable_variables)
        self.opt_d.apply_gradients(zip(grads, self.discriminator.trainable_variables))
        z = tf.random.normal((self.batch, self.latent))
        with tf.GradientTape() as tape:
            f = self.discriminator(self.generator(z, training=True), training=True)
            g_loss = 0.5 * tf.reduce_mean((f - 1.0) ** 2)
        grads = tape.gradient(g_loss, self.generator.trainable_variables)
        self.opt_g.apply_gradients(zip(grads, self.generator.trainable_variables))
        return d_loss, g_loss

    def fit(self, steps):
        x = self.load_history()
        for s in range(1, steps + 1):
            d_loss, g_loss = self.step(tf.constant(x[self.rng.integers(0, len(x), self.batch)]))
            if s % 500 == 0:
                print("step %5d  D %.4f  G %.4f" % (s, d_loss, g_loss))

    def one_day(self):
        z = tf.random.normal((1, self.latent))
        curve = self.generator(z, training=True).numpy()[0]
        return curve * self.std + self.mean

    def simulate(self, days):
        return np.stack([self.one_day() for _ in range(days)])


if __name__ == "__main__":
    gan = LoadCurveGAN()
    gan.fit(int(os.environ.get("STEPS", 3500)))
    days = gan.simulate(400)
    for name, table in (("measured", gan.history), ("simulated", days)):
        print("%-10s mean %.2f MW, spread over days %.2f MW, morning peak %.2f MW, evening peak %.2f +- %.2f MW" % (
            name, table.mean(), table.std(axis=0).mean(), table[:, 8].mean(), table[:, 19].mean(), table[:, 19].std()))
