"""Conditional hinge GAN with a projection discriminator and spectral normalisation, digits at 14x14."""
import os
import sys
from pathlib import Path

import numpy as np
import tensorflow as tf
import keras
from keras import layers

sys.path.append(str(Path(__file__).resolve().parent.parent))
from digits import load_digits

keras.utils.set_random_seed(12)
SN = layers.SpectralNormalization


class Generator(keras.Model):
    def __init__(self, z_dim):
        super().__init__()
        self.z_dim = z_dim
        self.embed = layers.Embedding(10, 16)
        self.hidden = [layers.Dense(w, use_bias=False) for w in (192, 192)]
        self.norms = [layers.BatchNormalization(momentum=0.9) for _ in self.hidden]
        self.out = layers.Dense(196, activation="tanh")

    def call(self, inputs, training=False):
        z, y = inputs
        h = tf.concat([z, self.embed(y)], axis=-1)
        for dense, norm in zip(self.hidden, self.norms):
            h = tf.nn.relu(norm(dense(h), training=training))
        return self.out(h)


class Discriminator(keras.Model):
    def __init__(self):
        super().__init__()
        self.hidden = [SN(layers.Dense(w)) for w in (192, 192)]
        self.linear = SN(layers.Dense(1))
        self.embed = layers.Embedding(10, 192)

    def call(self, inputs, training=False):
        x, y = inputs
        for dense in self.hidden:
            x = tf.nn.leaky_relu(dense(x, training=training), 0.1)
        return self.linear(x, training=training) + tf.reduce_sum(self.embed(y) * x, axis=-1, keepdims=True)


def main(steps, batch=64, z_dim=24):
    images, labels = load_digits("train", 20000)
    images = images.reshape(-1, 14, 2, 14, 2).mean((2, 4)).reshape(-1, 196) / 127.5 - 1.0
    ds = tf.data.Dataset.from_tensor_slices((images.astype("float32"), labels))
    ds = ds.shuffle(20000, seed=12).repeat().batch(batch, drop_remainder=True).prefetch(2)

    gen, disc = Generator(z_dim), Discriminator()
    gen_opt = keras.optimizers.Adam(2e-4, beta_1=0.0, beta_2=0.9)
    disc_opt = keras.optimizers.Adam(8e-4, beta_1=0.0, beta_2=0.9)

    @tf.function
    def train_step(x, y):
        z = tf.random.normal((batch, z_dim))
        with tf.GradientTape() as tape:
            fake = gen([z, y], training=True)
            real_score, fake_score = disc([x, y], training=True), disc([fake, y], training=True)
            d_loss = tf.reduce_mean(tf.nn.relu(1 - real_score) + tf.nn.relu(1 + fake_score))
        disc_opt.apply_gradients(zip(tape.gradient(d_loss, disc.trainable_variables), disc.trainable_variables))

        y = tf.random.shuffle(y)
        z = tf.random.normal((batch, z_dim))
        with tf.GradientTape() as tape:
            g_loss = -tf.reduce_mean(disc([gen([z, y], training=True), y], training=True))
        gen_opt.apply_gradients(zip(tape.gradient(g_loss, gen.trainable_variables), gen.trainable_variables))
        return d_loss, g_loss

    for i, (x, y) in enumerate(ds.take(steps), 1):
        d_loss, g_loss = train_step(x, y)
        if i % 500 == 0 or i == 1:
            tf.print("step", i, "d", d_loss, "g", g_loss)
    return gen


if __name__ == "__main__":
    generator = main(int(os.environ.get("STEPS", 4000)))
    y = tf.range(100) % 10
    out = generator([tf.random.normal((100, 24)), y]).numpy()
    print("range", out.min(), out.max(), "ink per class", ((out + 1) / 2).reshape(10, 10, -1).mean((0, 2)).round(3))
