"""GAN whose training data, images and noise, come from a Python generator passed to fit()."""
import os
import sys
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from digits import load_digits

BATCH, Z, EPOCHS = 32, 50, 10
STEPS = int(os.environ.get("STEPS", 1200))


def batches(images, seed=0):
    rng = np.random.default_rng(seed)
    while True:
        order = rng.permutation(len(images))
        for start in range(0, len(images) - BATCH + 1, BATCH):
            chosen = images[order[start:start + BATCH]]
            noise = rng.standard_normal((BATCH, Z)).astype("float32")
            yield chosen, noise


def mlp(sizes, last, in_shape, out_shape=None):
    net = keras.Sequential([keras.Input(in_shape), keras.layers.Flatten()])
    for s in sizes:
        net.add(keras.layers.Dense(s))
        net.add(keras.layers.LeakyReLU(negative_slope=0.2))
    net.add(keras.layers.Dense(int(np.prod(out_shape)) if out_shape else 1, activation=last))
    if out_shape:
        net.add(keras.layers.Reshape(out_shape))
    return net


class FeedGAN(keras.Model):
    def __init__(self):
        super().__init__()
        self.gen = mlp([128, 256], "tanh", (Z,), (28, 28))
        self.disc = mlp([256, 128], None, (28, 28))
        self.d_tracker = keras.metrics.Mean("d")
        self.g_tracker = keras.metrics.Mean("g")
        self.acc_tracker = keras.metrics.BinaryAccuracy("d_acc", threshold=0.0)

    @property
    def metrics(self):
        return [self.d_tracker, self.g_tracker, self.acc_tracker]

    def compile(self, d_optimizer, g_optimizer):
        super().compile(optimizer=g_optimizer)
        self.d_optimizer = d_optimizer
        self.g_optimizer = g_optimizer

    def train_step(self, data):
        real, noise = data
        with tf.GradientTape() as tape:
            logits = self.disc(tf.concat([real, self.gen(noise)], axis=0), training=True)
            truth = tf.concat([tf.ones((BATCH, 1)), tf.zeros((BATCH, 1))], axis=0)
            d_loss = tf.reduce_mean(tf.nn.sigmoid_cross_entropy_with_logits(labels=truth, logits=logits))
        d_weights = self.disc.trainable_variables
        self.d_optimizer.apply_gradients(zip(tape.gradient(d_loss, d_weights), d_weights))

        with tf.GradientTape() as tape:
            fooled = self.disc(self.gen(noise, training=True), training=True)
            g_loss = tf.reduce_mean(
                tf.nn.sigmoid_cross_entropy_with_logits(labels=tf.ones_like(fooled), logits=fooled))
        g_weights = self.trainable_variables
        self.g_optimizer.apply_gradients(zip(tape.gradient(g_loss, g_weights), g_weights))

        self.d_tracker.update_state(d_loss)
        self.g_tracker.update_state(g_loss)
        self.acc_tracker.update_state(truth, logits)
        return {m.name: m.result() for m in self.metrics}


keras.utils.set_random_seed(8)
digits, _ = load_digits(count=12000)
digits = digits.astype("float32") / 255 * 2 - 1
model = FeedGAN()
model.compile(keras.optimizers.Adam(2e-4, beta_1=0.5), keras.optimizers.Adam(2e-4, beta_1=0.5))
model.fit(batches(digits), epochs=EPOCHS, steps_per_epoch=max(1, STEPS // EPOCHS), verbose=2)
