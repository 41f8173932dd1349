"""Paired translation from blurred, noisy digits to clean ones. The discriminator returns a dictionary of
patch scores and inner features; the generator matches the features, stays near the target and keeps its
dropout when it samples."""
import os
import sys
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf
from keras import layers

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from digits import load_digits

STEPS = int(os.environ.get("STEPS", 1200))
BATCH = 8
bce = keras.losses.BinaryCrossentropy(from_logits=True)


def degrade(images, rng):
    """Mean over 4x4 blocks, spread out again, with noise."""
    blocks = images.reshape(-1, 7, 4, 7, 4).mean(axis=(2, 4))
    return np.kron(blocks, np.ones((1, 4, 4))) + rng.normal(0, 0.3, images.shape)


def unet():
    x = inputs = keras.Input((28, 28, 1))
    x = first = layers.Conv2D(16, 4, strides=2, padding="same", activation="leaky_relu")(x)
    x = layers.BatchNormalization()(layers.Conv2D(32, 4, strides=2, padding="same")(x))
    x = layers.LeakyReLU(0.2)(x)
    x = layers.BatchNormalization()(layers.Conv2DTranspose(24, 4, strides=2, padding="same")(x))
    x = layers.Dropout(0.5)(x)
    x = layers.Concatenate()([layers.ReLU()(x), first])
    outputs = layers.Conv2DTranspose(1, 4, strides=2, padding="same", activation="tanh")(x)
    return keras.Model(inputs, outputs)


def patch_net():
    source, image = keras.Input((28, 28, 1)), keras.Input((28, 28, 1))
    x = layers.Concatenate()([source, image])
    low = layers.Conv2D(16, 4, strides=2, padding="same", activation="leaky_relu")(x)
    high = layers.Conv2D(32, 4, strides=2, padding="same", activation="leaky_relu")(low)
    patches = layers.Conv2D(1, 3, padding="same")(high)
    return keras.Model([source, image], {"patches": patches, "low": low, "high": high})


keras.utils.set_random_seed(55)
G, D = unet(), patch_net()
opt = {"G": keras.optimizers.Adam(2e-4, beta_1=0.5), "D": keras.optimizers.Adam(1e-4, beta_1=0.5)}


@tf.function
def train_step(source, target):
    with tf.GradientTape(persistent=True) as tape:
        output = G(source, training=True)
        real, fake = D([source, target], training=True), D([source, output], training=True)
        losses = {
            "gan": bce(tf.ones_like(fake["patches"]), fake["patches"]),
            "features": sum(tf.reduce_mean(tf.abs(real[k] - fake[k])) for k in ("low", "high")),
            "l1": tf.reduce_mean(tf.abs(target - output)),
        }
        g_total = losses["gan"] + 10.0 * losses["features"] + 50.0 * losses["l1"]
        losses["D"] = 0.5 * (bce(tf.ones_like(real["patches"]), real["patches"])
                             + bce(tf.zeros_like(fake["patches"]), fake["patches"]))
    opt["G"].apply(tape.gradient(g_total, G.trainable_variables), G.trainable_variables)
    opt["D"].apply(tape.gradient(losses["D"], D.trainable_variables), D.trainable_variables)
    return losses


rng = np.random.default_rng(55)
digits, _ = load_digits(count=6000)
clean = digits / 127.5 - 1.0
pairs = (degrade(clean, rng)[..., None].astype("float32"), clean[..., None].astype("float32"))
ds = tf.data.Dataset.from_tensor_slices(pairs).shuffle(6000).repeat().batch(BATCH)

seen = []
per_epoch = max(1, STEPS // 8)
for step, (source, target) in enumerate(ds.take(STEPS), start=1):
    seen.append({k: float(v) for k, v in train_step(source, target).items()})
    if step % per_epoch == 0:
        means = {k: round(float(np.mean([s[k] for s in seen])), 4) for k in seen[0]}
        print(f"epoch {step // per_epoch}", means)
        seen = []

held_out, _ = load_digits("test", count=200)
held_out = held_out / 127.5 - 1.0
noisy = degrade(held_out, rng)
restored = G(noisy[..., None].astype("float32"), training=True).numpy()[..., 0]
print(f"mean absolute error on test digits: before {np.abs(noisy - held_out).mean():.3f},"
      f" after {np.abs(restored - held_out).mean():.3f}")
