"""Conditional GAN on small digits, Model subclass and fit. The class is told to the discriminator as extra channels."""
import os
import sys
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf
from keras import layers

sys.path.append(str(Path(__file__).resolve().parent.parent))
from digits import load_digits

keras.utils.set_random_seed(1337)
SIDE, CLASSES, LATENT, BATCH = 14, 3, 24, 64
TOTAL = min(int(os.environ.get("STEPS", 1600)), 1600)

images, labels = load_digits("train", 30000)
keep = labels < CLASSES
images = images[keep].reshape(-1, SIDE, 2, SIDE, 2).mean(axis=(2, 4))[..., None].astype("float32") / 255.0
onehot = keras.utils.to_categorical(labels[keep], CLASSES).astype("float32")
dataset = tf.data.Dataset.from_tensor_slices((images, onehot)).shuffle(len(images)).batch(BATCH, drop_remainder=True).repeat()

discriminator = keras.Sequential([
    keras.Input((SIDE, SIDE, 1 + CLASSES)),
    layers.Conv2D(24, 3, strides=2, padding="same"), layers.LeakyReLU(negative_slope=0.2),
    layers.Conv2D(48, 3, strides=2, padding="same"), layers.LeakyReLU(negative_slope=0.2),
    layers.GlobalMaxPooling2D(),
    layers.Dense(1),
], name="discriminator")
generator = keras.Sequential([
    keras.Input((LATENT + CLASSES,)),
    layers.Dense(7 * 7 * 24), layers.LeakyReLU(negative_slope=0.2), layers.Reshape((7, 7, 24)),
    layers.Conv2DTranspose(32, 4, strides=2, padding="same"), layers.LeakyReLU(negative_slope=0.2),
    layers.Conv2D(1, 5, padding="same", activation="sigmoid"),
], name="generator")


class ConditionalGAN(keras.Model):
    def __init__(self, discriminator, generator, latent_dim):
        super().__init__()
        self.discriminator, self.generator, self.latent_dim = discriminator, generator, latent_dim
        self.gen_loss_tracker = keras.metrics.Mean(name="generator_loss")
        self.disc_loss_tracker = keras.metrics.Mean(name="discriminator_loss")

    @property
    def metrics(self):
        return [self.gen_loss_tracker, self.disc_loss_tracker]

    def compile(self, d_optimizer, g_optimizer, loss_fn):
        super().compile()
        self.d_optimizer, self.g_optimizer, self.loss_fn = d_optimizer, g_optimizer, loss_fn

    def train_step(self, data):
        real_images, one_hot = data
        maps = tf.tile(one_hot[:, None, None, :], (1, SIDE, SIDE, 1))
        noise = tf.concat([tf.random.normal((BATCH, self.latent_dim)), one_hot], axis=1)
        generated = self.generator(noise)
        pairs = tf.concat([tf.concat([generated, maps], -1), tf.concat([real_images, maps], -1)], axis=0)
        # 1 for generated, 0 for real, with a little noise on the labels
        y = tf.concat([tf.ones((BATCH, 1)), tf.zeros((BATCH, 1))], axis=0)
        y += 0.05 * tf.random.uniform(tf.shape(y))
        with tf.GradientTape() as tape:
            d_loss = self.loss_fn(y, self.discriminator(pairs))
        grads = tape.gradient(d_loss, self.discriminator.trainable_weights)
        self.d_optimizer.apply_gradients(zip(grads, self.discriminator.trainable_weights))

        noise = tf.concat([tf.random.normal((BATCH, self.latent_dim)), one_hot], axis=1)
        misleading = tf.zeros((BATCH, 1))
        with tf.GradientTape() as tape:
            fake = tf.concat([self.generator(noise), maps], -1)
            g_loss = self.loss_fn(misleading, self.discriminator(fake))
        grads = tape.gradient(g_loss, self.generator.trainable_weights)
        self.g_optimizer.apply_gradients(zip(grads, self.generator.trainable_weights))
        self.gen_loss_tracker.update_state(g_loss)
        self.disc_loss_tracker.update_state(d_loss)
        return {"g_loss": self.gen_loss_tracker.result(), "d_loss": self.disc_loss_tracker.result()}


gan = ConditionalGAN(discriminator, generator, LATENT)
gan.compile(keras.optimizers.Adam(5e-4, beta_1=0.5), keras.optimizers.Adam(5e-4, beta_1=0.5),
            keras.losses.BinaryCrossentropy(from_logits=True))
epochs = max(1, TOTAL // 200)
history = gan.fit(dataset, epochs=epochs, steps_per_epoch=TOTAL // epochs, verbose=0).history
for e in range(epochs):
    print("part %d  g_loss %.3f  d_loss %.3f" % (e + 1, history["g_loss"][e], history["d_loss"][e]))

centre = np.stack([images[labels[keep] == c].mean(0).ravel() for c in range(CLASSES)])
for c in range(CLASSES):
    z = np.concatenate([np.random.normal(size=(200, LATENT)), np.tile(np.eye(CLASSES)[c], (200, 1))], axis=1)
    out = generator.predict(z, verbose=0).reshape(200, -1)
    nearest = ((out[:, None] - centre[None]) ** 2).sum(-1).argmin(1)
    print("digit %d: looks like it %.2f, ink %.3f (real %.3f)" % (c, (nearest == c).mean(), out.mean(), centre[c].mean()))
