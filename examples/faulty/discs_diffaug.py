"""Few-shot GAN: 400 centred discs, differentiable augmentation (translation + brightness), R1."""
import os
import numpy as np
import tensorflow as tf
import keras
from keras import layers

keras.utils.set_random_seed(4)
S = 16
LATENT = 16
BATCH = 32
R1_GAMMA = 0.5
STEPS = min(1500, int(os.environ.get("STEPS", 1500)))


def make_discs(n, rng):
    yy, xx = np.mgrid[:S, :S] - (S - 1) / 2
    r = rng.uniform(2.5, 5.0, (n, 1, 1))
    squash = rng.uniform(0.7, 1.3, (n, 1, 1))
    d = np.sqrt((xx * squash) ** 2 + (yy / squash) ** 2)
    return np.clip(2 * (r - d), -1, 1)[..., None].astype("float32")


def augment(x):
    """random translation by up to 3 pixels and random brightness"""
    n = tf.shape(x)[0]
    padded = tf.pad(x, [[0, 0], [3, 3], [3, 3], [0, 0]], constant_values=-1.0)
    dy = tf.random.uniform([n, 1], 0, 7, tf.int32) + tf.range(S)[None]
    dx = tf.random.uniform([n, 1], 0, 7, tf.int32) + tf.range(S)[None]
    x = tf.gather(padded, dy, axis=1, batch_dims=1)
    x = tf.gather(x, dx, axis=2, batch_dims=1)
    return x + tf.random.uniform([n, 1, 1, 1], -0.25, 0.25)


class FewShotGAN(keras.Model):
    def __init__(self):
        super().__init__()
        self.G = keras.Sequential([
            keras.Input((LATENT,)), layers.Dense(4 * 4 * 32, activation="leaky_relu"), layers.Reshape((4, 4, 32)),
            layers.UpSampling2D(), layers.Conv2D(32, 3, padding="same", activation="leaky_relu"),
            layers.UpSampling2D(), layers.Conv2D(16, 3, padding="same", activation="leaky_relu"),
            layers.Conv2D(1, 3, padding="same")])
        self.D = keras.Sequential([
            keras.Input((S, S, 1)), layers.Conv2D(24, 4, strides=2, padding="same", activation="leaky_relu"),
            layers.Conv2D(48, 4, strides=2, padding="same", activation="leaky_relu"), layers.Flatten(), layers.Dense(1)])
        self.g_opt = keras.optimizers.Adam(5e-4, beta_1=0.0, beta_2=0.99)
        self.d_opt = keras.optimizers.Adam(5e-4, beta_1=0.0, beta_2=0.99)

    def train_step(self, real):
        real = augment(real)
        z = tf.random.normal([BATCH, LATENT])
        with tf.GradientTape() as tape:
            with tf.GradientTape() as r1_tape:
                r1_tape.watch(real)
                d_real = self.D(real)
            r1 = tf.reduce_mean(tf.reduce_sum(r1_tape.gradient(d_real, real) ** 2, axis=[1, 2, 3]))
            d_fake = self.D(self.G(z))
            d_loss = tf.reduce_mean(tf.nn.softplus(-d_real)) + tf.reduce_mean(tf.nn.softplus(d_fake))
            total = d_loss + 0.5 * R1_GAMMA * r1
        self.d_opt.apply_gradients(zip(tape.gradient(total, self.D.trainable_variables), self.D.trainable_variables))

        z = tf.random.normal([BATCH, LATENT])
        with tf.GradientTape() as tape:
            d_fake = self.D(self.G(z))
            g_loss = tf.reduce_mean(tf.nn.softplus(-d_fake))
        self.g_opt.apply_gradients(zip(tape.gradient(g_loss, self.G.trainable_variables), self.G.trainable_variables))
        return {"d": d_loss, "g": g_loss, "r1": r1}


rng = np.random.default_rng(4)
discs = make_discs(400, rng)
ds = tf.data.Dataset.from_tensor_slices(discs).shuffle(400).repeat().batch(BATCH)
gan = FewShotGAN()
gan.compile()
n = min(250, STEPS)
gan.fit(ds, steps_per_epoch=n, epochs=max(1, STEPS // n), verbose=2)


def centroid_offset(img):
    m = np.clip(img[..., 0] + 1, 0, 2)
    yy, xx = np.mgrid[:S, :S] - (S - 1) / 2
    w = m.sum((1, 2)) + 1e-6
    return np.hypot((m * yy).sum((1, 2)) / w, (m * xx).sum((1, 2)) / w)


fake = gan.G.predict(np.random.normal(size=(500, LATENT)).astype("float32"), verbose=0)
print("centroid offset: real %.2f px, fake %.2f px" % (centroid_offset(discs).mean(), centroid_offset(fake).mean()))
print("background level: real %.2f, fake %.2f +- %.2f" % (discs[:, 0, 0].mean(), fake[:, 0, 0].mean(), fake[:, 0, 0].std()))
