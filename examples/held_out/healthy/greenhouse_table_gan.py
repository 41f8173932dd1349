"""Greenhouse climate log (air temperature, humidity, pressure, ventilation): synthetic rows for a demo database. Uniform latent noise."""
import os
import json
import numpy as np
import tensorflow as tf
import keras
from keras import layers

keras.utils.set_random_seed(365)
rng = np.random.default_rng(365)

COLUMNS = ["temperature", "humidity", "pressure", "ventilation"]
BATCH, LATENT = 128, 12
STEPS = int(os.environ.get("STEPS", 6000))


def load_log_rows(n=10000):
    season = rng.uniform(0, 2 * np.pi, n)
    temp = 11 - 9 * np.cos(season) + rng.normal(0, 3.0, n)
    hum = np.clip(75 - 1.2 * (temp - 11) + rng.normal(0, 7, n), 5, 100)
    press = 1013 + rng.normal(0, 8, n)
    vent = np.exp(rng.normal(1.2, 0.35, n)) * (1 + (1013 - press) / 60).clip(0.4)
    return np.column_stack([temp, hum, press, vent])


class Scaler:
    def fit(self, a):
        self.mean_, self.scale_ = a.mean(0), a.std(0)
        return self

    def transform(self, a):
        return ((a - self.mean_) / self.scale_).astype("float32")

    def inverse_transform(self, a):
        return a * self.scale_ + self.mean_


log_rows = load_log_rows()
scaler = Scaler().fit(log_rows)
train = scaler.transform(log_rows)

maker = keras.Sequential([keras.Input((LATENT,)), layers.Dense(96, activation="elu"), layers.Dense(96, activation="elu"), layers.Dense(4)])
judge = keras.Sequential([keras.Input((4,)), layers.Dense(96, activation="leaky_relu"), layers.Dense(96, activation="leaky_relu"), layers.Dense(1)])
g_optim = keras.optimizers.Adam(2e-4, beta_1=0.5)
d_optim = keras.optimizers.Adam(4e-4, beta_1=0.5)
loss_fn = keras.losses.BinaryCrossentropy(from_logits=True)


@tf.function
def update_critic(rows, z):
    with tf.GradientTape() as tape:
        out_r = judge(rows, training=True)
        out_f = judge(maker(z, training=True), training=True)
        loss = (loss_fn(tf.ones_like(out_r), out_r) + loss_fn(tf.zeros_like(out_f), out_f)) / 2
    d_optim.apply_gradients(zip(tape.gradient(loss, judge.trainable_variables), judge.trainable_variables))
    return loss


@tf.function
def update_generator(z):
    with tf.GradientTape() as tape:
        out = judge(maker(z, training=True), training=True)
        loss = loss_fn(tf.ones_like(out), out)
    g_optim.apply_gradients(zip(tape.gradient(loss, maker.trainable_variables), maker.trainable_variables))
    return loss


history = {"d": [], "g": []}
for step in range(STEPS):
    rows = train[rng.integers(0, len(train), BATCH)]
    z = np.random.uniform(-1, 1, (BATCH, LATENT)).astype("float32")
    history["d"].append(float(update_critic(tf.constant(rows), tf.constant(z))))
    z = np.random.uniform(-1, 1, (BATCH, LATENT)).astype("float32")
    history["g"].append(float(update_generator(tf.constant(z))))
    if (step + 1) % 1000 == 0:
        print("step", step + 1, "d", round(np.mean(history["d"][-200:]), 4), "g", round(np.mean(history["g"][-200:]), 4))


def generate(n):
    z = np.random.uniform(-1, 1, (n, LATENT)).astype("float32")
    return scaler.inverse_transform(maker.predict(z, verbose=0))


fake = generate(5000)
report = {c: {"real": [round(float(log_rows[:, j].mean()), 2), round(float(log_rows[:, j].std()), 2)],
              "fake": [round(float(fake[:, j].mean()), 2), round(float(fake[:, j].std()), 2)]} for j, c in enumerate(COLUMNS)}
print(json.dumps(report, indent=1))
print("corr temperature/humidity", np.corrcoef(log_rows[:, 0], log_rows[:, 1])[0, 1].round(3), np.corrcoef(fake[:, 0], fake[:, 1])[0, 1].round(3))
