"""WGAN-GP on 16x16 binary shapes (discs and squares). Keras Model subclass + fit()."""
import os

import numpy as np
import tensorflow as tf
import keras
from keras import layers

keras.utils.set_random_seed(42)
LATENT = 32
BATCH = 64
TOTAL_STEPS = min(900, int(os.environ.get("STEPS", 900)))


def make_shapes(n, size=16):
    rng = np.random.default_rng(0)
    yy, xx = np.mgrid[:size, :size]
    out = np.empty((n, size, size, 1), "float32")
    for i in range(n):
        cx, cy = rng.uniform(5, 10, 2)
        r = rng.uniform(2.5, 4.5)
        if rng.random() < 0.5:
            m = (xx - cx) ** 2 + (yy - cy) ** 2 < r * r
        else:
            m = (abs(xx - cx) < r) & (abs(yy - cy) < r)
        out[i, ..., 0] = np.where(m, 1.0, -1.0)
    return out


def build_generator():
    return keras.Sequential([
        keras.Input((LATENT,)),
        layers.Dense(4 * 4 * 32, activation="relu"),
        layers.Reshape((4, 4, 32)),
        layers.Conv2DTranspose(32, 4, strides=2, padding="same", activation="relu"),
        layers.Conv2DTranspose(16, 4, strides=2, padding="same", activation="relu"),
        layers.Conv2D(1, 3, padding="same", activation="tanh"),
    ], name="generator")


def build_critic():
    return keras.Sequential([
        keras.Input((16, 16, 1)),
        layers.Conv2D(16, 4, strides=2, padding="same"),
        layers.LeakyReLU(0.2),
        layers.Conv2D(32, 4, strides=2, padding="same"),
        layers.LeakyReLU(0.2),
        layers.Flatten(),
        layers.Dense(1),
    ], name="critic")


class WGANGP(keras.Model):
    def __init__(self, critic, generator, critic_steps=3, gp_weight=10.0):
        super().__init__()
        self.critic = critic
        self.generator = generator
        self.critic_steps = critic_steps
        self.gp_weight = gp_weight

    def compile(self, c_opt, g_opt):
        super().compile()
        self.c_opt = c_opt
        self.g_opt = g_opt

    def gradient_penalty(self, real, fake):
        eps = tf.random.uniform([tf.shape(real)[0], 1, 1, 1])
        mixed = eps * real + (1.0 - eps) * fake
        with tf.GradientTape() as tape:
            tape.watch(mixed)
            score = self.critic(mixed, training=True)
        grads = tape.gradient(score, mixed)
        norm = tf.sqrt(tf.reduce_sum(tf.square(grads), axis=1) + 1e-12)
        return tf.reduce_mean((norm - 1.0) ** 2)

    def train_step(self, real):
        n = tf.shape(real)[0]
        for _ in range(self.critic_steps):
            fake = self.generator(tf.random.normal([n, LATENT]), training=True)
            with tf.GradientTape() as tape:
                w = tf.reduce_mean(self.critic(real)) - tf.reduce_mean(self.critic(fake))
                gp = self.gradient_penalty(real, fake)
                c_loss = -w + self.gp_weight * gp
            grads = tape.gradient(c_loss, self.critic.trainable_variables)
            self.c_opt.apply_gradients(zip(grads, self.critic.trainable_variables))
        with tf.GradientTape() as tape:
            fake = self.generator(tf.random.normal([n, LATENT]), training=True)
            g_loss = -tf.reduce_mean(self.critic(fake))
        grads = tape.gradient(g_loss, self.generator.trainable_variables)
        self.g_opt.apply_gradients(zip(grads, self.generator.trainable_variables))
        return {"w_dist": w, "gp": gp, "c_loss": c_loss, "g_loss": g_loss}


data = make_shapes(6000)
ds = tf.data.Dataset.from_tensor_slices(data).shuffle(6000).repeat().batch(BATCH)
gan = WGANGP(build_critic(), build_generator())
gan.compile(keras.optimizers.Adam(4e-4, beta_1=0.0, beta_2=0.9),
            keras.optimizers.Adam(4e-4, beta_1=0.0, beta_2=0.9))
per_epoch = min(150, TOTAL_STEPS)
gan.fit(ds, epochs=max(1, TOTAL_STEPS // per_epoch), steps_per_epoch=per_epoch, verbose=2)

samples = gan.generator.predict(np.random.normal(size=(500, LATENT)), verbose=0)
print("white area real %.3f fake %.3f" % ((data > 0).mean(), (samples > 0).mean()))
print("undecided pixels: %.3f" % (np.abs(samples) < 0.8).mean())
