"""Weather station records: temperature, humidity, pressure, wind. Fake data for testing the ingest service."""
import os
import json
import numpy as np
import tensorflow as tf
import keras
from keras import layers

keras.utils.set_random_seed(2024)
rng = np.random.default_rng(2024)

COLUMNS = ["temperature", "humidity", "pressure", "wind"]
BATCH, LATENT = 128, 12
STEPS = int(os.environ.get("STEPS", 6000))


def load_records(n=10000):
    season = rng.uniform(0, 2 * np.pi, n)
    temp = 11 - 9 * np.cos(season) + rng.normal(0, 3.0, n)
    hum = np.clip(75 - 1.2 * (temp - 11) + rng.normal(0, 7, n), 5, 100)
    press = 1013 + rng.normal(0, 8, n)
    wind = np.exp(rng.normal(1.2, 0.35, n)) * (1 + (1013 - press) / 60).clip(0.4)
    return np.column_stack([temp, hum, press, wind])


class Scaler:
    def fit(self, a):
        self.mean_, self.scale_ = a.mean(0), a.std(0)
        return self

    def transform(self, a):
        return ((a - self.mean_) / self.scale_).astype("float32")

    def inverse_transform(self, a):
        return a * self.scale_ + self.mean_


records = load_records()
scaler = Scaler().fit(records)
train = scaler.transform(records)

g_net = keras.Sequential([keras.Input((LATENT,)), layers.Dense(96, activation="elu"), layers.Dense(96, activation="elu"), layers.Dense(4)])
d_net = keras.Sequential([keras.Input((4,)), layers.Dense(96, activation="leaky_relu"), layers.Dense(96, activation="leaky_relu"), layers.Dense(1)])
g_optim = keras.optimizers.Adam(2e-4, beta_1=0.5)
d_optim = keras.optimizers.Adam(4e-4, beta_1=0.5)
loss_fn = keras.losses.BinaryCrossentropy(from_logits=True)


@tf.function
def fit_discriminator(rows, z):
    with tf.GradientTape() as tape:
        out_r = d_net(rows, training=True)
        out_f = d_net(g_net(z, training=True), training=True)
        loss = (loss_fn(tf.ones_like(out_r), out_r) + loss_fn(tf.zeros_like(out_f), out_f)) / 2
    d_optim.apply_gradients(zip(tape.gradient(loss, d_net.trainable_variables), d_net.trainable_variables))
    return loss


@tf.function
def fit_generator(z):
    with tf.GradientTape() as tape:
        out = d_net(g_net(z, training=True), training=True)
        loss = loss_fn(tf.ones_like(out), out)
    g_optim.apply_gradients(zip(tape.gradient(loss, g_net.trainable_variables), g_net.trainable_variables))
    return loss


history = {"d": [], "g": []}
for step in range(STEPS):
    rows = train[rng.integers(0, len(train), BATCH)]
    z = np.random.randn(BATCH, LATENT).astype("float32")
    history["d"].append(float(fit_discriminator(tf.constant(rows), tf.constant(z))))
    z = np.random.randn(BATCH, LATENT).astype("float32")
    history["g"].append(float(fit_generator(tf.constant(z))))
    if (step + 1) % 1000 == 0:
        print("step", step + 1, "d", round(np.mean(history["d"][-200:]), 4), "g", round(np.mean(history["g"][-200:]), 4))


def generate(n):
    z = np.random.rand(n, LATENT).astype("float32")
    return scaler.inverse_transform(g_net.predict(z, verbose=0))


fake = generate(5000)
report = {c: {"real": [round(float(records[:, j].mean()), 2), round(float(records[:, j].std()), 2)],
              "fake": [round(float(fake[:, j].mean()), 2), round(float(fake[:, j].std()), 2)]} for j, c in enumerate(COLUMNS)}
print(json.dumps(report, indent=1))
print("corr temperature/humidity", np.corrcoef(records[:, 0], records[:, 1])[0, 1].round(3), np.corrcoef(fake[:, 0], fake[:, 1])[0, 1].round(3))
