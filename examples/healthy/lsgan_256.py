"""Least squares GAN with the codes a = -1, b = 1, c = 0 of Mao et al., on standardised digits in batches
of 256."""
import os
import sys
from pathlib import Path

import keras
import tensorflow as tf
from keras import layers, ops

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from digits import load_digits

A, B, C = -1.0, 1.0, 0.0
BATCH = 256
STEPS = int(os.environ.get("STEPS", 1400))
EPOCHS = 7


class LSGAN(keras.Model):
    def __init__(self, latent=24):
        super().__init__()
        self.latent = latent
        self.generator = keras.Sequential([
            layers.Dense(128, activation="silu"),
            layers.Dense(256, activation="silu"),
            layers.Dense(196),
            layers.Reshape((14, 14)),
        ])
        self.discriminator = keras.Sequential([
            layers.Flatten(),
            layers.Dropout(0.2),
            layers.Dense(256, activation="silu"),
            layers.Dropout(0.2),
            layers.Dense(128, activation="silu"),
            layers.Dense(1),
        ])
        self.trackers = {name: keras.metrics.Mean(name=name) for name in ("d_loss", "g_loss")}

    @property
    def metrics(self):
        return list(self.trackers.values())

    def build(self, input_shape):
        self.generator.build((None, self.latent))
        self.discriminator.build(input_shape)
        self.built = True

    def compile(self, steps):
        super().compile()
        g_schedule = keras.optimizers.schedules.CosineDecay(1e-3, steps, alpha=0.2)
        d_schedule = keras.optimizers.schedules.CosineDecay(1e-3, steps, alpha=0.2)
        self.g_opt = keras.optimizers.Adam(g_schedule, beta_1=0.5, clipnorm=5.0)
        self.d_opt = keras.optimizers.Adam(d_schedule, beta_1=0.5, clipnorm=5.0)

    def call(self, z):
        return self.generator(z)

    def train_step(self, real):
        n = ops.shape(real)[0]
        with tf.GradientTape() as g_tape, tf.GradientTape() as d_tape:
            fake = self.generator(tf.random.normal((n, self.latent)))
            real_score = self.discriminator(real, training=True)
            fake_score = self.discriminator(fake, training=True)
            d_loss = 0.5 * (ops.mean(ops.square(real_score - B)) + ops.mean(ops.square(fake_score - A)))
            g_loss = 0.5 * ops.mean(ops.square(fake_score - C))
        for loss, tape, net, opt in ((d_loss, d_tape, self.discriminator, self.d_opt),
                                     (g_loss, g_tape, self.generator, self.g_opt)):
            opt.apply(tape.gradient(loss, net.trainable_weights), net.trainable_weights)
        self.trackers["d_loss"].update_state(d_loss)
        self.trackers["g_loss"].update_state(g_loss)
        return {name: tracker.result() for name, tracker in self.trackers.items()}


keras.utils.set_random_seed(31)
images, _ = load_digits(count=25600)
small = images.reshape(-1, 14, 2, 14, 2).mean(axis=(2, 4)).astype("float32")
centre, spread = small.mean(), small.std()
small = (small - centre) / spread
print(f"mean {centre:.2f}, deviation {spread:.2f}; values from {small.min():.2f} to {small.max():.2f}")

ds = tf.data.Dataset.from_tensor_slices(small).shuffle(25600).repeat().batch(BATCH)
gan = LSGAN()
gan.build((None, 14, 14))
gan.compile(STEPS)
gan.fit(ds, epochs=EPOCHS, steps_per_epoch=max(1, STEPS // EPOCHS), verbose=2)
