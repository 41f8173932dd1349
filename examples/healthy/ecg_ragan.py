"""Relativistic average LSGAN for toy heart beats, Keras Model subclass with a generator feed."""
import os
import keras
import numpy as np
import tensorflow as tf
from keras import layers

keras.utils.set_random_seed(10)
T, LATENT, BATCH = 40, 10, 64
STEPS = min(2400, int(os.environ.get("STEPS", 2400)))


def beats(n, rng):
    t = np.arange(T)[None] / T
    shift = rng.uniform(-0.08, 0.08, (n, 1))
    bump = lambda c, w, h: h * np.exp(-0.5 * ((t - c - shift) / w) ** 2)
    p = bump(0.25, 0.05, rng.uniform(0.1, 0.25, (n, 1)))
    qrs = bump(0.45, 0.025, rng.uniform(0.8, 1.2, (n, 1))) - bump(0.51, 0.025, 0.3)
    tw = bump(0.72, 0.07, rng.uniform(0.2, 0.45, (n, 1)))
    return (p + qrs + tw).astype("float32")


def batch_generator(x, batch, rng):
    while True:
        order = rng.permutation(len(x))
        for i in range(0, len(x) - batch + 1, batch):
            yield x[order[i:i + batch]]


class RaLSGAN(keras.Model):
    def __init__(self):
        super().__init__()
        self.gen = keras.Sequential([
            layers.Input((LATENT,)),
            layers.Dense(10 * 32), layers.LeakyReLU(0.1), layers.Reshape((10, 32)),
            layers.UpSampling1D(2), layers.Conv1D(32, 5, padding="same"), layers.LeakyReLU(0.1),
            layers.UpSampling1D(2), layers.Conv1D(16, 5, padding="same"), layers.LeakyReLU(0.1),
            layers.Conv1D(1, 5, padding="same"), layers.Reshape((T,)),
        ])
        self.disc = keras.Sequential([
            layers.Input((T,)), layers.Reshape((T, 1)),
            layers.Conv1D(32, 5, strides=2, padding="same"), layers.LeakyReLU(0.2),
            layers.Conv1D(48, 5, strides=2, padding="same"), layers.LeakyReLU(0.2),
            layers.Flatten(), layers.Dense(1),
        ])
        self.g_opt = keras.optimizers.Adam(5e-4, beta_1=0.5)
        self.d_opt = keras.optimizers.Adam(5e-4, beta_1=0.5)

    def relative(self, real, fake):
        c_r, c_f = self.disc(real, training=True), self.disc(fake, training=True)
        return c_r - tf.reduce_mean(c_f), c_f - tf.reduce_mean(c_r)

    def train_step(self, real):
        z = tf.random.normal((BATCH, LATENT))
        with tf.GradientTape() as tape:
            r, f = self.relative(real, self.gen(z, training=True))
            d_loss = tf.reduce_mean((r - 1) ** 2) + tf.reduce_mean((f + 1) ** 2)
        v = self.disc.trainable_variables
        self.d_opt.apply_gradients(zip(tape.gradient(d_loss, v), v))

        with tf.GradientTape() as tape:
            # the real batch takes part in this loss too
            r, f = self.relative(real, self.gen(z, training=True))
            g_loss = tf.reduce_mean((r + 1) ** 2) + tf.reduce_mean((f - 1) ** 2)
        v = self.gen.trainable_variables
        self.g_opt.apply_gradients(zip(tape.gradient(g_loss, v), v))
        return {"d_loss": d_loss, "g_loss": g_loss}


rng = np.random.default_rng(10)
train = beats(6000, rng)
ds = tf.data.Dataset.from_generator(
    lambda: batch_generator(train, BATCH, rng),
    output_signature=tf.TensorSpec((BATCH, T), tf.float32))
model = RaLSGAN()
model.compile()
per_epoch = min(300, STEPS)
model.fit(ds, steps_per_epoch=per_epoch, epochs=max(1, STEPS // per_epoch), verbose=2)

fake = model.gen.predict(np.random.normal(size=(500, LATENT)).astype("float32"), verbose=0)
dist = np.sqrt(((fake[:, None] - train[None, :3000]) ** 2).mean(-1)).min(1)
print("peak real %.2f fake %.2f, rms to the nearest beat %.3f" % (train.max(1).mean(), fake.max(1).mean(), dist.mean()))
print("peak position std real %.2f fake %.2f" % (train.argmax(1).std(), fake.argmax(1).std()))
