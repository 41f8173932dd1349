"""Non-saturating GAN on digits with the R1 gradient penalty of Mescheder et al. (2018)."""
import argparse
import os
import sys
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf
from keras import layers

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from digits import load_digits


def get_args():
    parser = argparse.ArgumentParser()
    parser.add_argument("--steps", type=int, default=int(os.environ.get("STEPS", 1200)))
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--gamma", type=float, default=2.0)
    parser.add_argument("--latent", type=int, default=48)
    parser.add_argument("--lr", type=float, default=5e-4)
    return parser.parse_args()


def generator_network(latent):
    z = layers.Input((latent,))
    x = layers.Dense(7 * 7 * 32, activation="leaky_relu")(z)
    x = layers.Reshape((7, 7, 32))(x)
    for filters in (32, 16):
        x = layers.UpSampling2D()(x)
        x = layers.Conv2D(filters, 3, padding="same", activation="leaky_relu")(x)
    x = layers.Conv2D(1, 1, activation="sigmoid")(x)
    return keras.Model(z, x)


def discriminator_network():
    image = layers.Input((28, 28, 1))
    x = layers.Conv2D(16, 3, strides=2, padding="same", activation="leaky_relu")(image)
    x = layers.Conv2D(32, 3, strides=2, padding="same", activation="leaky_relu")(x)
    x = layers.Conv2D(48, 3, strides=2, padding="same", activation="leaky_relu")(x)
    x = layers.Flatten()(x)
    return keras.Model(image, layers.Dense(1)(x))


class Trainer:
    def __init__(self, args):
        self.args = args
        self.generator = generator_network(args.latent)
        self.discriminator = discriminator_network()
        self.g_opt = keras.optimizers.Adam(args.lr, beta_1=0.0, beta_2=0.99)
        self.d_opt = keras.optimizers.Adam(args.lr, beta_1=0.0, beta_2=0.99)

    def r1_penalty(self, real):
        with tf.GradientTape() as tape:
            tape.watch(real)
            scores = tf.reduce_sum(self.discriminator(real, training=True))
        grads = tape.gradient(scores, real)
        return tf.reduce_mean(tf.reduce_sum(tf.square(grads), axis=[1, 2, 3]))

    @tf.function
    def step(self, real):
        z = np.random.normal(size=(self.args.batch, self.args.latent)).astype("float32")
        with tf.GradientTape() as tape:
            fake = self.generator(z, training=True)
            real_scores = self.discriminator(real, training=True)
            fake_scores = self.discriminator(fake, training=True)
            d_loss = tf.reduce_mean(tf.nn.softplus(-real_scores) + tf.nn.softplus(fake_scores))
            penalty = self.r1_penalty(real)
            total = d_loss + 0.5 * self.args.gamma * penalty
        weights = self.discriminator.trainable_weights
        self.d_opt.apply(tape.gradient(total, weights), weights)

        z = np.random.normal(size=(self.args.batch, self.args.latent)).astype("float32")
        with tf.GradientTape() as tape:
            g_loss = tf.reduce_mean(tf.nn.softplus(-self.discriminator(self.generator(z, training=True))))
        weights = self.generator.trainable_weights
        self.g_opt.apply(tape.gradient(g_loss, weights), weights)
        return {"d_loss": d_loss, "r1": penalty, "g_loss": g_loss}

    def run(self, dataset):
        means = {}
        every = max(1, self.args.steps // 8)
        for i, batch in enumerate(dataset.take(self.args.steps), 1):
            for name, value in self.step(batch).items():
                means.setdefault(name, keras.metrics.Mean()).update_state(value)
            if i % every == 0:
                print(f"epoch {i // every}", {k: round(float(m.result()), 4) for k, m in means.items()})
                for m in means.values():
                    m.reset_state()


if __name__ == "__main__":
    keras.utils.set_random_seed(21)
    args = get_args()
    images, _ = load_digits(count=20000)
    images = tf.constant(images[..., None] / 255.0, tf.float32)
    data = tf.data.Dataset.from_tensor_slices(images).shuffle(10000).repeat().batch(args.batch)
    trainer = Trainer(args)
    trainer.run(data)
