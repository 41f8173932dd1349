"""GAN on a year of plant log rows (load, steam flow, boiler temperature), Model.fit."""
import os

import keras
import numpy as np
import tensorflow as tf
from keras import layers

keras.utils.set_random_seed(55)
LATENT = 6
BATCH_SIZE = 64
EPOCHS = 10
STEPS = os.environ.get("STEPS")


def read_log(rows=24000):
    """One year, in order of time: winter, spring and autumn, summer operation."""
    rng = np.random.default_rng(55)
    level = np.repeat([1.6, 0.1, -1.3], rows // 3)
    load = level + rng.normal(0, 0.15, rows)
    steam = 0.8 * load + rng.normal(0, 0.1, rows)
    boiler = np.where(level > 1, 0.9, np.where(level > 0, -1.0, 0.4)) + 0.3 * (load - level) \
        + rng.normal(0, 0.1, rows)
    return np.stack([load, steam, boiler], 1).astype("float32")


log = read_log()
train_ds = tf.data.Dataset.from_tensor_slices(log).shuffle(256).batch(BATCH_SIZE, drop_remainder=True).prefetch(2)


class PlantGAN(keras.Model):
    def __init__(self):
        super().__init__()
        self.generator = keras.Sequential([
            keras.Input((LATENT,)), layers.Dense(64, activation="relu"),
            layers.Dense(64, activation="relu"), layers.Dense(3)])
        self.discriminator = keras.Sequential([
            keras.Input((3,)), layers.Dense(64, activation="leaky_relu"),
            layers.Dense(64, activation="leaky_relu"), layers.Dense(1)])
        self.g_metric = keras.metrics.Mean(name="g_loss")
        self.d_metric = keras.metrics.Mean(name="d_loss")

    def compile(self, g_optimizer, d_optimizer, loss_fn):
        super().compile()
        self.g_optimizer, self.d_optimizer, self.loss_fn = g_optimizer, d_optimizer, loss_fn

    @property
    def metrics(self):
        return [self.g_metric, self.d_metric]

    def train_step(self, real):
        n = tf.shape(real)[0]
        fake = self.generator(tf.random.normal((n, LATENT)))
        both = tf.concat([real, fake], 0)
        labels = tf.concat([tf.ones((n, 1)), tf.zeros((n, 1))], 0)
        with tf.GradientTape() as tape:
            d_loss = self.loss_fn(labels, self.discriminator(both))
        w = self.discriminator.trainable_weights
        self.d_optimizer.apply_gradients(zip(tape.gradient(d_loss, w), w))

        with tf.GradientTape() as tape:
            score = self.discriminator(self.generator(tf.random.normal((n, LATENT))))
            g_loss = self.loss_fn(tf.ones((n, 1)), score)
        w = self.generator.trainable_weights
        self.g_optimizer.apply_gradients(zip(tape.gradient(g_loss, w), w))
        self.g_metric.update_state(g_loss)
        self.d_metric.update_state(d_loss)
        return {m.name: m.result() for m in self.metrics}


gan = PlantGAN()
gan.compile(keras.optimizers.Adam(5e-4, beta_1=0.5), keras.optimizers.Adam(5e-4, beta_1=0.5),
            keras.losses.BinaryCrossentropy(from_logits=True))
if STEPS:
    gan.fit(train_ds.repeat(), steps_per_epoch=int(STEPS), epochs=1, verbose=2)
else:
    gan.fit(train_ds, epochs=EPOCHS, verbose=2)

rows = gan.generator.predict(np.random.normal(size=(3000, LATENT)), verbose=0)
print("mean data", log.mean(0).round(2), "synthetic", rows.mean(0).round(2))
print("std  data", log.std(0).round(2), "synthetic", rows.std(0).round(2))
share = [(rows[:, 0] > 0.9).mean(), ((rows[:, 0] > -0.6) & (rows[:, 0] <= 0.9)).mean(), (rows[:, 0] <= -0.6).mean()]
print("share of winter, spring/autumn, summer rows:", np.round(share, 2))
