"""A GAN as one ordinary model: generator and discriminator are joined by a gradient reversal layer, so that
one loss and one optimizer serve both. It learns a noisy spiral; a Python generator feeds fit()."""
import os

import keras
import numpy as np
import tensorflow as tf
from keras import layers

STEPS = int(os.environ.get("STEPS", 3000))
BATCH = 256
Z = 4


@tf.custom_gradient
def reverse(x):
    return tf.identity(x), lambda dy: -dy


class GradientReversal(layers.Layer):
    def call(self, x):
        return reverse(x)


def spiral(rng, n):
    t = np.sqrt(rng.uniform(0.05, 1.0, n)) * 3 * np.pi
    xy = np.stack([t * np.cos(t), t * np.sin(t)], axis=1) / (3 * np.pi) * 2
    return xy + rng.normal(0, 0.04, (n, 2))


def feed(seed=0):
    rng = np.random.default_rng(seed)
    answers = np.concatenate([np.ones((BATCH, 1)), np.zeros((BATCH, 1))]).astype("float32")
    while True:
        points = np.concatenate([spiral(rng, BATCH), np.zeros((BATCH, 2))]).astype("float32")
        noise = rng.uniform(-1, 1, (2 * BATCH, Z)).astype("float32")
        yield {"points": points, "noise": noise, "is_real": answers}, answers


keras.utils.set_random_seed(6)
generator = keras.Sequential([
    keras.Input((Z,)),
    layers.Dense(96, activation="gelu"),
    layers.Dense(96, activation="gelu"),
    layers.Dense(2),
], name="generator")
discriminator = keras.Sequential([
    keras.Input((2,)),
    layers.Dense(128, activation="leaky_relu"),
    layers.Dense(128, activation="leaky_relu"),
    layers.Dense(128, activation="leaky_relu"),
    layers.Dense(1),
], name="discriminator")

points = keras.Input((2,), name="points")
noise = keras.Input((Z,), name="noise")
is_real = keras.Input((1,), name="is_real")
made = GradientReversal()(generator(noise))
mixed = layers.Lambda(lambda t: t[0] * t[2] + t[1] * (1.0 - t[2]), output_shape=(2,))([points, made, is_real])
model = keras.Model({"points": points, "noise": noise, "is_real": is_real}, discriminator(mixed))
model.compile(
    optimizer=keras.optimizers.Adam(5e-4, beta_1=0.5, beta_2=0.99),
    loss=keras.losses.BinaryCrossentropy(from_logits=True),
    metrics=[keras.metrics.BinaryAccuracy(threshold=0.0)],
)
model.fit(feed(), epochs=10, steps_per_epoch=max(1, STEPS // 10), verbose=2)

rng = np.random.default_rng(1)
samples = generator.predict(rng.uniform(-1, 1, (1000, Z)), verbose=0)
data = spiral(rng, 4000)
nearest = np.sqrt(((samples[:, None] - data[None]) ** 2).sum(axis=2).min(axis=1))
covered = np.sqrt(((data[:1000, None] - samples[None]) ** 2).sum(axis=2).min(axis=1))
print(f"sample to spiral {nearest.mean():.3f}, spiral to sample {covered.mean():.3f}")
