"""A conditional GAN on small digits: a model with its own train_step under fit, Adam, binary cross-entropy of logits."""
import os
import sys
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf
from keras import layers

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
from digits import load_digits
from energy import energy_distance

keras.utils.set_random_seed(int(os.environ.get("SEED", 1)))
LATENT, CLASSES = 24, 10
BATCH = 64
RATE = 5e-4
EPOCHS = 10

generator = keras.Sequential([
    keras.Input((LATENT + CLASSES,)),
    layers.Dense(128, activation="relu"),
    layers.Dense(256, activation="relu", kernel_initializer="zeros"),
    layers.Dense(49, activation="tanh"),
])
discriminator = keras.Sequential([
    keras.Input((49 + CLASSES,)),
    layers.Dense(256, activation="leaky_relu"),
    layers.Dropout(0.3),
    layers.Dense(128, activation="leaky_relu"),
    layers.Dropout(0.3),
    layers.Dense(1),
])


class LabelledGAN(keras.Model):
    def __init__(self, generator, discriminator):
        super().__init__()
        self.generator, self.discriminator = generator, discriminator
        self.cross_entropy = keras.losses.BinaryCrossentropy(from_logits=True)
        self.g_optimizer = keras.optimizers.Adam(RATE, beta_1=0.5)
        self.d_optimizer = keras.optimizers.Adam(RATE, beta_1=0.5)

    def draw(self, labels):
        noise = tf.random.normal((tf.shape(labels)[0], LATENT))
        return self.generator(tf.concat([noise, labels], axis=1), training=True)

    def train_step(self, batch):
        images, labels = batch
        ones = tf.ones((tf.shape(images)[0], 1))
        with tf.GradientTape() as tape:
            on_real = self.discriminator(tf.concat([images, labels], axis=1), training=True)
            on_fake = self.discriminator(tf.concat([self.draw(labels), labels], axis=1), training=True)
            d_loss = self.cross_entropy(ones, on_real) + self.cross_entropy(0 * ones, on_fake)
            d_loss += sum(self.discriminator.losses)
        gradients = tape.gradient(d_loss, self.discriminator.trainable_variables)
        self.d_optimizer.apply(gradients, self.discriminator.trainable_variables)

        with tf.GradientTape() as tape:
            on_fake = self.discriminator(tf.concat([self.draw(labels), labels], axis=1), training=True)
            g_loss = self.cross_entropy(ones, on_fake)
            g_loss += sum(self.generator.losses)
        gradients = tape.gradient(g_loss, self.generator.trainable_variables)
        self.g_optimizer.apply(gradients, self.generator.trainable_variables)
        return {"d_loss": d_loss, "g_loss": g_loss}


def prepare(images):
    small = images.reshape(-1, 7, 4, 7, 4).mean(axis=(2, 4))
    return (small.reshape(-1, 49) / 127.5 - 1).astype("float32")


def one_hot(labels):
    return np.eye(CLASSES, dtype="float32")[labels]


images, labels = load_digits("train", 12800)
images = prepare(images)
data = tf.data.Dataset.from_tensor_slices((images, one_hot(labels))).shuffle(20000)
data = data.batch(BATCH, drop_remainder=True)

steps = int(os.environ.get("STEPS", 10**6))
gan = LabelledGAN(generator, discriminator)
gan.compile()
gan.fit(data, epochs=max(1, min(EPOCHS, steps // len(data))), steps_per_epoch=min(len(data), steps), verbose=2)

unseen, their_labels = load_digits("test", 5000)
unseen = prepare(unseen)
distances = []
for label in range(CLASSES):
    samples = gan.draw(one_hot(np.full(300, label)))
    distances.append(energy_distance(samples, unseen[their_labels == label][:300]))
print(f"quality: {np.mean(distances):.4f}")
