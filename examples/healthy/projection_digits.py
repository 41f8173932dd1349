"""Class-conditional GAN with a projection discriminator (Miyato and Koyama), hinge loss, two discriminator
steps for each generator step and an averaged generator for sampling."""
import os
import sys
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf
from keras import layers

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from digits import load_digits

STEPS = int(os.environ.get("STEPS", 900))
BATCH = 64
CLASSES = 10
Z = 32
D_STEPS = 2


def make_generator():
    z = keras.Input((Z,), name="z")
    label = keras.Input((), dtype="int32", name="label")
    scales = layers.Embedding(CLASSES, 64, embeddings_initializer="ones")(label)
    x = layers.Multiply()([layers.Dense(64)(z), scales])
    x = layers.Concatenate()([x, layers.Embedding(CLASSES, 32)(label)])
    x = layers.Dense(192)(x)
    x = layers.BatchNormalization()(x)
    x = layers.Activation("relu")(x)
    x = layers.Dense(320)(x)
    x = layers.BatchNormalization()(x)
    x = layers.Activation("relu")(x)
    x = layers.Dense(14 * 14, activation="tanh")(x)
    return keras.Model({"z": z, "label": label}, layers.Reshape((14, 14, 1))(x))


def make_discriminator():
    image = keras.Input((14, 14, 1), name="image")
    label = keras.Input((), dtype="int32", name="label")
    x = layers.SpectralNormalization(layers.Conv2D(24, 3, strides=2, padding="same"))(image)
    x = layers.LeakyReLU(0.1)(x)
    x = layers.SpectralNormalization(layers.Conv2D(48, 3, strides=2, padding="same"))(x)
    x = layers.LeakyReLU(0.1)(x)
    features = layers.SpectralNormalization(layers.Dense(64, activation="relu"))(layers.Flatten()(x))
    score = layers.SpectralNormalization(layers.Dense(1))(features)
    projection = layers.Dot(axes=1)([features, layers.Embedding(CLASSES, 64)(label)])
    return keras.Model({"image": image, "label": label}, layers.Add()([score, projection]))


keras.utils.set_random_seed(13)
G, D = make_generator(), make_discriminator()
averaged = keras.models.clone_model(G)
averaged.set_weights(G.get_weights())
g_opt = keras.optimizers.Adam(1e-3, beta_1=0.0, beta_2=0.9)
d_opt = keras.optimizers.Adam(2e-3, beta_1=0.0, beta_2=0.9)


@tf.function
def update_discriminator(image, label):
    fake_label = tf.random.uniform((BATCH,), 0, CLASSES, tf.int32)
    fake = G({"z": tf.random.normal((BATCH, Z)), "label": fake_label}, training=True)
    with tf.GradientTape() as tape:
        real_score = D({"image": image, "label": label}, training=True)
        fake_score = D({"image": fake, "label": fake_label}, training=True)
        loss = tf.reduce_mean(tf.nn.relu(1.0 - real_score)) + tf.reduce_mean(tf.nn.relu(1.0 + fake_score))
    d_opt.apply(tape.gradient(loss, D.trainable_variables), D.trainable_variables)
    return loss


@tf.function
def update_generator():
    label = tf.random.uniform((BATCH,), 0, CLASSES, tf.int32)
    with tf.GradientTape() as tape:
        fake = G({"z": tf.random.normal((BATCH, Z)), "label": label}, training=True)
        loss = -tf.reduce_mean(D({"image": fake, "label": label}, training=True))
    g_opt.apply(tape.gradient(loss, G.trainable_variables), G.trainable_variables)
    return loss


def average_weights(decay):
    averaged.set_weights([decay * old + (1 - decay) * new if old.dtype.kind == "f" else new
                          for old, new in zip(averaged.get_weights(), G.get_weights())])


rng = np.random.default_rng(13)
images, labels = load_digits(count=20000)
images = (images.reshape(-1, 14, 2, 14, 2).mean(axis=(2, 4)) / 127.5 - 1).astype("float32")[..., None]
per_epoch = max(1, STEPS // 6)
d_losses, g_losses = [], []
for step in range(1, STEPS + 1):
    for _ in range(D_STEPS):
        rows = rng.choice(len(images), BATCH, replace=False)
        d_losses.append(update_discriminator(tf.constant(images[rows]), tf.constant(labels[rows])).numpy())
    g_losses.append(update_generator().numpy())
    average_weights(min(0.99, (1 + step) / (10 + step)))
    if step % per_epoch == 0:
        print(f"epoch {step // per_epoch}: D {np.mean(d_losses):.3f}  G {np.mean(g_losses):.3f}")
        d_losses, g_losses = [], []
