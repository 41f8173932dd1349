"""WGAN-GP for two-channel accelerometer windows (hand tremor), keras Model subclass with train_step."""
import os
import numpy as np
import tensorflow as tf
import keras
from keras import layers

keras.utils.set_random_seed(55)
WINDOW, CHANNELS, BATCH = 32, 2, 64


class WGANGP(keras.Model):
    def __init__(self, critic, generator, latent_dim, critic_steps=3, gp_weight=10.0):
        super().__init__()
        self.critic, self.generator = critic, generator
        self.latent_dim, self.critic_steps, self.gp_weight = latent_dim, critic_steps, gp_weight

    def compile(self, c_opt, g_opt):
        super().compile()
        self.c_opt, self.g_opt = c_opt, g_opt

    def gradient_penalty(self, real, fake):
        alpha = tf.random.uniform((tf.shape(real)[0], 1, 1))
        mixed = real + alpha * (fake - real)
        with tf.GradientTape() as tape:
            tape.watch(mixed)
            score = self.critic(mixed, training=True)
        grad = tape.gradient(score, mixed)
        norm = tf.sqrt(tf.reduce_sum(grad ** 2, axis=[1, 2]) + 1e-8)
        return tf.reduce_mean((norm - 1.0) ** 2)

    def train_step(self, real):
        n = tf.shape(real)[0]
        for _ in range(self.critic_steps):
            z = tf.random.normal((n, self.latent_dim))
            with tf.GradientTape() as tape:
                fake = self.generator(z, training=True)
                w = tf.reduce_mean(self.critic(real, training=True)) - tf.reduce_mean(self.critic(fake, training=True))
                c_loss = self.gp_weight * self.gradient_penalty(real, fake) - w
            g = tape.gradient(c_loss, self.critic.trainable_variables)
            self.c_opt.apply_gradients(zip(g, self.critic.trainable_variables))
        with tf.GradientTape() as tape:
            fake = self.generator(tf.random.normal((n, self.latent_dim)), training=True)
            g_loss = -tf.reduce_mean(self.critic(fake, training=True))
        g = tape.gradient(g_loss, self.generator.trainable_variables)
        self.g_opt.apply_gradients(zip(g, self.generator.trainable_variables))
        return {"w": w, "g_loss": g_loss}


def windows(n, rng):
    t = np.arange(WINDOW)[None] / WINDOW
    f, a, ph = rng.uniform(1.5, 2.5, (n, 1)), rng.uniform(0.5, 1.0, (n, 1)), rng.uniform(0, 2 * np.pi, (n, 1))
    ch0 = a * np.sin(2 * np.pi * f * t + ph)
    ch1 = 0.6 * a * np.sin(2 * np.pi * f * t + ph + np.pi / 2)
    x = np.stack([ch0, ch1], -1)
    return (x + rng.normal(0, 0.03, x.shape)).astype("float32")


critic = keras.Sequential([keras.Input((WINDOW, CHANNELS)), layers.Flatten(),
                           layers.Dense(128), layers.LeakyReLU(negative_slope=0.2),
                           layers.Dense(128), layers.LeakyReLU(negative_slope=0.2), layers.Dense(1)])
generator = keras.Sequential([keras.Input((10,)), layers.Dense(128, activation="relu"), layers.BatchNormalization(momentum=0.9),
                              layers.Dense(128, activation="relu"), layers.Dense(WINDOW * CHANNELS), layers.Reshape((WINDOW, CHANNELS))])

rng = np.random.default_rng(55)
x = windows(6400, rng)
steps = int(os.environ.get("STEPS", 3000))
ds = tf.data.Dataset.from_tensor_slices(x).shuffle(6400).repeat().batch(BATCH)
model = WGANGP(critic, generator, latent_dim=10)
model.compile(keras.optimizers.Adam(5e-4, beta_1=0.0, beta_2=0.9), keras.optimizers.Adam(5e-4, beta_1=0.0, beta_2=0.9))
per_epoch = min(500, steps)
model.fit(ds, epochs=max(1, steps // per_epoch), steps_per_epoch=per_epoch, verbose=2)

fake = generator.predict(rng.normal(size=(1500, 10)).astype("float32"), verbose=0)
for c in range(2):
    sr, sf = np.abs(np.fft.rfft(x[:1500, :, c], axis=1)).mean(0), np.abs(np.fft.rfft(fake[:, :, c], axis=1)).mean(0)
    print("channel", c, "rms %.3f %.3f" % (x[..., c].std(), fake[..., c].std()), "spectrum", sr[:6].round(1), sf[:6].round(1))
print("mean distance to the nearest real window %.3f" % np.sqrt(((fake[:300, None] - x[None, :2000]) ** 2).sum((2, 3))).min(1).mean(),
      "(real %.3f)" % np.sqrt(((windows(300, rng)[:, None] - x[None, :2000]) ** 2).sum((2, 3))).min(1).mean())
