"""DCGAN for 14x14 digits as a keras.Model with its own train_step."""
import os
import sys
from pathlib import Path
import numpy as np
import tensorflow as tf
from tensorflow import keras
from tensorflow.keras import layers

sys.path.append(str(Path(__file__).resolve().parent.parent))
from digits import load_digits

tf.keras.utils.set_random_seed(100)
codings_size = 30
STEPS = int(os.environ.get("STEPS", 1500))

X_train, _ = load_digits("train", 16000)
X_train = X_train.reshape(-1, 14, 2, 14, 2).mean(axis=(2, 4)).astype("float32")
X_train = X_train[..., None] / 255. * 2. - 1.

generator = keras.Sequential([
    keras.Input((codings_size,)),
    layers.Dense(7 * 7 * 32, use_bias=False),
    layers.BatchNormalization(momentum=0.9), layers.ReLU(),
    layers.Reshape([7, 7, 32]),
    layers.Conv2DTranspose(16, 4, strides=2, padding="same", use_bias=False),
    layers.BatchNormalization(momentum=0.9), layers.ReLU(),
    layers.Conv2D(1, 5, padding="same", activation="tanh"),
])
discriminator = keras.Sequential([
    keras.Input((14, 14, 1)),
    layers.Conv2D(16, 4, strides=2, padding="same"), layers.LeakyReLU(negative_slope=0.2),
    layers.Conv2D(32, 4, strides=2, padding="same", use_bias=False),
    layers.BatchNormalization(momentum=0.9), layers.LeakyReLU(negative_slope=0.2),
    layers.Conv2D(48, 3, padding="same", use_bias=False),
    layers.BatchNormalization(momentum=0.9), layers.LeakyReLU(negative_slope=0.2),
    layers.Flatten(),
    layers.Dense(1),
])


class DCGAN(keras.Model):
    def __init__(self, generator, discriminator):
        super().__init__()
        self.generator = generator
        self.discriminator = discriminator
        self.bce = keras.losses.BinaryCrossentropy(from_logits=True)

    def compile(self, g_optimizer, d_optimizer):
        super().compile()
        self.g_optimizer = g_optimizer
        self.d_optimizer = d_optimizer

    def train_step(self, X_batch):
        n = tf.shape(X_batch)[0]
        # phase 1 - training the discriminator
        fake = self.generator(tf.random.normal((n, codings_size)), training=True)
        with tf.GradientTape() as tape:
            real_logits = self.discriminator(X_batch, training=True)
            fake_logits = self.discriminator(fake, training=True)
            d_loss = self.bce(tf.ones_like(real_logits), real_logits) + self.bce(tf.zeros_like(fake_logits), fake_logits)
        grads = tape.gradient(d_loss, self.discriminator.trainable_variables)
        self.d_optimizer.apply_gradients(zip(grads, self.discriminator.trainable_variables))
        # phase 2 - training the generator, the discriminator is left as it is
        with tf.GradientTape() as tape:
            fake = self.generator(tf.random.normal((n, codings_size)), training=True)
            fake_logits = self.discriminator(fake, training=False)
            g_loss = self.bce(tf.ones_like(fake_logits), fake_logits)
        grads = tape.gradient(g_loss, self.generator.trainable_variables)
        self.g_optimizer.apply_gradients(zip(grads, self.generator.trainable_variables))
        return {"d_loss": d_loss, "g_loss": g_loss}


dataset = tf.data.Dataset.from_tensor_slices(X_train).shuffle(16000).repeat().batch(64, drop_remainder=True).prefetch(1)
gan = DCGAN(generator, discriminator)
gan.compile(keras.optimizers.Adam(2e-4, beta_1=0.5), keras.optimizers.Adam(2e-4, beta_1=0.5))
per_epoch = min(250, STEPS)
gan.fit(dataset, epochs=max(1, STEPS // per_epoch), steps_per_epoch=per_epoch, verbose=2)

imgs = generator.predict(np.random.normal(size=(400, codings_size)).astype("float32"), verbose=0)
print("mean pixel: data %.3f generated %.3f" % (X_train.mean(), imgs.mean()))
print("pixel std over samples: data %.3f generated %.3f" % (X_train.std(0).mean(), imgs.std(0).mean()))
a, b = imgs.reshape(400, -1), X_train[:4000].reshape(4000, -1)
d2 = (a ** 2).sum(1)[:, None] + (b ** 2).sum(1)[None] - 2 * a @ b.T
print("distance to the nearest real digit: %.2f" % np.sqrt(np.maximum(d2.min(1), 0)).mean())
