"""WGAN-GP on gaussian blobs (16x16), written after the Keras example."""
import os

import keras
import numpy as np
import tensorflow as tf
from keras import layers

keras.utils.set_random_seed(21)

SIZE, NOISE_DIM, BATCH_SIZE = 16, 16, 64
NUM_STEPS = min(2400, int(os.environ.get("STEPS", 2400)))


def make_blobs(n):
    yy, xx = np.mgrid[0:SIZE, 0:SIZE]
    c = np.random.uniform(4, SIZE - 5, (n, 2, 1, 1))
    s = np.random.uniform(1.2, 2.5, (n, 1, 1))
    img = np.exp(-((xx - c[:, 0]) ** 2 + (yy - c[:, 1]) ** 2) / (2 * s**2))
    return (2 * img[..., None] - 1).astype("float32")


def get_critic():
    return keras.Sequential([
        keras.Input((SIZE, SIZE, 1)),
        layers.Flatten(),
        layers.Dense(128),
        layers.LeakyReLU(0.2),
        layers.Dense(128),
        layers.LeakyReLU(0.2),
        layers.Dense(1),
    ], name="critic")


def get_generator():
    return keras.Sequential([
        keras.Input((NOISE_DIM,)),
        layers.Dense(128, activation="relu"),
        layers.Dense(128, activation="relu"),
        layers.Dense(SIZE * SIZE, activation="tanh"),
        layers.Reshape((SIZE, SIZE, 1)),
    ], name="generator")


class WGANGP(keras.Model):
    def __init__(self, critic, generator, latent_dim, critic_steps=3, gp_weight=10.0):
        super().__init__()
        self.critic = critic
        self.generator = generator
        self.latent_dim = latent_dim
        self.critic_steps = critic_steps
        self.gp_weight = gp_weight

    def compile(self, c_optimizer, g_optimizer):
        super().compile()
        self.c_optimizer = c_optimizer
        self.g_optimizer = g_optimizer

    def gradient_penalty(self, real, fake):
        alpha = tf.random.uniform([tf.shape(real)[0], 1, 1, 1])
        mixed = real + alpha * (fake - real)
        with tf.GradientTape() as gp_tape:
            gp_tape.watch(mixed)
            pred = self.critic(mixed, training=True)
        grads = gp_tape.gradient(pred, mixed)
        norm = tf.sqrt(tf.reduce_sum(tf.square(grads), axis=[1, 2, 3]) + 1e-12)
        return tf.reduce_mean((norm - 1.0) ** 2)

    def train_step(self, real):
        n = tf.shape(real)[0]
        for _ in range(self.critic_steps):
            z = tf.random.normal((n, self.latent_dim))
            fake = self.generator(z, training=True)
            gp = self.gradient_penalty(real, fake)
            with tf.GradientTape() as tape:
                fake_logits = self.critic(fake, training=True)
                real_logits = self.critic(real, training=True)
                c_cost = tf.reduce_mean(fake_logits) - tf.reduce_mean(real_logits)
                c_loss = c_cost + gp * self.gp_weight
            grads = tape.gradient(c_loss, self.critic.trainable_variables)
            self.c_optimizer.apply_gradients(zip(grads, self.critic.trainable_variables))

        z = tf.random.normal((n, self.latent_dim))
        with tf.GradientTape() as tape:
            g_loss = -tf.reduce_mean(self.critic(self.generator(z, training=True), training=True))
        grads = tape.gradient(g_loss, self.generator.trainable_variables)
        self.g_optimizer.apply_gradients(zip(grads, self.generator.trainable_variables))
        return {"c_loss": c_loss, "gp": gp, "g_loss": g_loss}


blobs = make_blobs(8000)
train_ds = tf.data.Dataset.from_tensor_slices(blobs).shuffle(8000).repeat().batch(BATCH_SIZE)

model = WGANGP(get_critic(), get_generator(), NOISE_DIM)
model.compile(
    c_optimizer=keras.optimizers.Adam(5e-4, beta_1=0.5, beta_2=0.9),
    g_optimizer=keras.optimizers.Adam(5e-4, beta_1=0.5, beta_2=0.9),
)
chunk = min(400, NUM_STEPS)
model.fit(train_ds, epochs=NUM_STEPS // chunk, steps_per_epoch=chunk, verbose=2)

imgs = model.generator.predict(np.random.randn(500, NOISE_DIM).astype("float32"), verbose=0)
print("pixel std over samples %.3f (blobs %.3f)" % (imgs.std(0).mean(), blobs.std(0).mean()))
