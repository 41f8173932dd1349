"""WGAN-GP on windowed sine waves of random frequency and phase, as a subclassed model."""
import os

import numpy as np
import tensorflow as tf
import keras
from keras import layers

keras.utils.set_random_seed(16)

N = 40
NOISE_DIM = 10


def get_waves(count):
    rng = np.random.default_rng(16)
    t = np.linspace(-1, 1, N)
    freq = rng.uniform(1.0, 2.2, (count, 1))
    phase = rng.uniform(0, 2 * np.pi, (count, 1))
    return (np.sin(2 * np.pi * freq * t + phase) * np.exp(-2 * t ** 2)).astype(np.float32)


class WGAN_GP(keras.Model):
    def __init__(self, generator, critic, critic_iters, lam):
        super().__init__()
        self.generator, self.critic = generator, critic
        self.critic_iters, self.lam = critic_iters, lam

    def compile(self, gen_opt, critic_opt):
        super().compile(jit_compile=False)
        self.gen_opt, self.critic_opt = gen_opt, critic_opt

    def _penalty(self, real, fake):
        a = tf.random.uniform((tf.shape(real)[0], 1))
        mid = a * real + (1 - a) * fake
        with tf.GradientTape() as t:
            t.watch(mid)
            y = self.critic(mid, training=True)
        g = t.gradient(y, mid)
        return tf.reduce_mean((tf.sqrt(tf.reduce_sum(g * g, axis=1) + 1e-10) - 1.0) ** 2)

    def train_step(self, batches):
        # batches: (critic_iters, batch, N), one real batch for every critic update
        for k in range(self.critic_iters):
            real = batches[k]
            z = tf.random.normal((tf.shape(real)[0], NOISE_DIM))
            fake = self.generator(z, training=True)
            with tf.GradientTape() as t:
                w = tf.reduce_mean(self.critic(real, training=True)) - tf.reduce_mean(self.critic(fake, training=True))
                loss = self.lam * self._penalty(real, fake) - w
            self.critic_opt.apply_gradients(
                zip(t.gradient(loss, self.critic.trainable_variables), self.critic.trainable_variables))

        z = tf.random.normal((tf.shape(real)[0], NOISE_DIM))
        with tf.GradientTape() as t:
            g_loss = -tf.reduce_mean(self.critic(self.generator(z, training=True), training=True))
        self.gen_opt.apply_gradients(
            zip(t.gradient(g_loss, self.generator.trainable_variables), self.generator.trainable_variables))
        return {"wasserstein": w, "critic_loss": loss, "gen_loss": g_loss}


gen = keras.Sequential([
    layers.Input((NOISE_DIM,)),
    layers.Dense(128, activation="relu"),
    layers.Dense(128, activation="relu"),
    layers.Dense(N),
])
critic = keras.Sequential([
    layers.Input((N,)),
    layers.Dense(128), layers.LeakyReLU(negative_slope=0.2),
    layers.Dense(128), layers.LeakyReLU(negative_slope=0.2),
    layers.Dense(1),
])

BATCH, CRITIC_ITERS = 64, 4
waves = get_waves(10000)
ds = (tf.data.Dataset.from_tensor_slices(waves).shuffle(10000).repeat()
      .batch(BATCH).batch(CRITIC_ITERS, drop_remainder=True).prefetch(4))
steps = int(os.environ.get("STEPS", 2400))
spe = min(steps, 300)

model = WGAN_GP(gen, critic, CRITIC_ITERS, lam=5.0)
model.compile(keras.optimizers.Adam(5e-4, beta_1=0.0, beta_2=0.9), keras.optimizers.Adam(5e-4, beta_1=0.0, beta_2=0.9))
model.fit(ds, epochs=max(1, steps // spe), steps_per_epoch=spe, verbose=2)

made = gen.predict(np.random.normal(size=(300, NOISE_DIM)), verbose=0)
diff = np.sqrt(((made[:, None] - waves[None, :4000]) ** 2).mean(-1)).min(1)
print("rms to the most similar wave: %.3f (waves have rms %.3f); std over samples %.3f against %.3f" % (
    diff.mean(), np.sqrt((waves ** 2).mean()), made.std(0).mean(), waves.std(0).mean()))
