"""A DCGAN on a small set of digits, with random shifts and brightness as augmentation inside the step."""
import os
import sys
from pathlib import Path

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
import keras
import tensorflow as tf
from keras import layers

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from digits import load_digits

keras.utils.set_random_seed(99)


def augment(images):
    n = tf.shape(images)[0]
    # shift by up to four pixels
    padded = tf.pad(images, [[0, 0], [4, 4], [4, 4], [0, 0]], constant_values=-1.0)
    dy = tf.random.uniform((), 0, 9, tf.int32)
    dx = tf.random.uniform((), 0, 9, tf.int32)
    images = tf.slice(padded, [0, dy, dx, 0], [n, 28, 28, 1])
    # brightness and a little grain
    images = images + tf.random.uniform((n, 1, 1, 1), -0.5, 0.5)
    return images + tf.random.normal(tf.shape(images), stddev=0.3)


class DCGAN(keras.Model):
    def __init__(self, latent_dim=64, **kwargs):
        super().__init__(**kwargs)
        self.latent_dim = latent_dim
        self.generator = keras.Sequential([
            layers.Input((latent_dim,)),
            layers.Dense(7 * 7 * 48),
            layers.BatchNormalization(),
            layers.ReLU(),
            layers.Reshape((7, 7, 48)),
            layers.Conv2DTranspose(24, 5, strides=2, padding="same"),
            layers.BatchNormalization(),
            layers.ReLU(),
            layers.Conv2DTranspose(1, 5, strides=2, padding="same", activation="tanh"),
        ])
        self.discriminator = keras.Sequential([
            layers.Input((28, 28, 1)),
            layers.Conv2D(24, 5, strides=2, padding="same"),
            layers.LeakyReLU(0.2),
            layers.Conv2D(48, 5, strides=2, padding="same"),
            layers.LeakyReLU(0.2),
            layers.Flatten(),
            layers.Dropout(0.2),
            layers.Dense(1, activation="sigmoid"),
        ])
        self.bce = keras.losses.BinaryCrossentropy()

    def compile(self, lr):
        super().compile()
        self.g_optimizer = keras.optimizers.Adam(lr, beta_1=0.5)
        self.d_optimizer = keras.optimizers.Adam(lr, beta_1=0.5)

    def train_step(self, images):
        images = tf.cast(images, tf.float32) / 127.5 - 1.0
        n = tf.shape(images)[0]
        noise = tf.random.normal((n, self.latent_dim))

        with tf.GradientTape() as d_tape:
            fakes = self.generator(noise, training=True)
            p_real = self.discriminator(augment(images), training=True)
            p_fake = self.discriminator(fakes, training=True)
            d_loss = self.bce(tf.ones_like(p_real), p_real) + self.bce(tf.zeros_like(p_fake), p_fake)
        d_grads = d_tape.gradient(d_loss, self.discriminator.trainable_weights)
        self.d_optimizer.apply_gradients(zip(d_grads, self.discriminator.trainable_weights))

        with tf.GradientTape() as g_tape:
            fakes = self.generator(noise, training=True)
            p_fake = self.discriminator(fakes, training=True)
            g_loss = self.bce(tf.ones_like(p_fake), p_fake)
        g_grads = g_tape.gradient(g_loss, self.generator.trainable_weights)
        self.g_optimizer.apply_gradients(zip(g_grads, self.generator.trainable_weights))
        return {"d_loss": d_loss, "g_loss": g_loss,
                "p_real": tf.reduce_mean(p_real), "p_fake": tf.reduce_mean(p_fake)}


images, _ = load_digits(count=4000)
ds = tf.data.Dataset.from_tensor_slices(images[..., None]).shuffle(4000).repeat()
ds = ds.batch(32).prefetch(tf.data.AUTOTUNE)

gan = DCGAN(name="dcgan")
gan.compile(lr=5e-4)
gan.fit(ds, epochs=8, steps_per_epoch=max(1, int(os.environ.get("STEPS", 1000)) // 8), verbose=2)
