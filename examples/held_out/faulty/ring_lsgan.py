"""Least squares GAN on points of a noisy ring."""
import os
import numpy as np
import tensorflow as tf
import keras

keras.utils.set_random_seed(11)


class RingGAN:
    def __init__(self, latent_dim=4, lr=1e-3):
        self.latent_dim = latent_dim
        self.generator = self.build_generator()
        self.discriminator = self.build_discriminator()
        self.g_optimizer = keras.optimizers.Adam(lr / 2, beta_1=0.5)
        self.d_optimizer = keras.optimizers.Adam(lr, beta_1=0.5)

    def build_generator(self):
        m = keras.Sequential(name="G")
        m.add(keras.Input((self.latent_dim,)))
        m.add(keras.layers.Dense(64, activation="relu"))
        m.add(keras.layers.Dense(64, activation="relu"))
        m.add(keras.layers.Dense(2))
        return m

    def build_discriminator(self):
        m = keras.Sequential(name="D")
        m.add(keras.Input((2,)))
        m.add(keras.layers.Dense(64))
        m.add(keras.layers.LeakyReLU(negative_slope=0.2))
        m.add(keras.layers.Dense(64))
        m.add(keras.layers.LeakyReLU(negative_slope=0.2))
        m.add(keras.layers.Dense(1))
        return m

    @staticmethod
    def mse(target, output):
        return tf.reduce_mean(tf.square(output - target))

    @tf.function
    def train_discriminator(self, real):
        n = tf.shape(real)[0]
        fake = self.generator(tf.random.normal((n, self.latent_dim)), training=True)
        batch = tf.concat([real, fake], axis=0)
        target = tf.concat([tf.ones(n), tf.zeros(n)], axis=0)
        with tf.GradientTape() as tape:
            loss = self.mse(target, self.discriminator(batch, training=True))
        grads = tape.gradient(loss, self.discriminator.trainable_variables)
        self.d_optimizer.apply_gradients(zip(grads, self.discriminator.trainable_variables))
        return loss

    @tf.function
    def train_generator(self, n):
        z = tf.random.normal((n, self.latent_dim))
        with tf.GradientTape() as tape:
            score = self.discriminator(self.generator(z, training=True), training=True)
            loss = self.mse(1.0, score)
        grads = tape.gradient(loss, self.generator.trainable_variables)
        self.g_optimizer.apply_gradients(zip(grads, self.generator.trainable_variables))
        return loss

    def train(self, data, steps, batch_size=128):
        ds = tf.data.Dataset.from_tensor_slices(data).shuffle(len(data)).repeat().batch(batch_size)
        for i, real in enumerate(ds.take(steps)):
            d = self.train_discriminator(real)
            g = self.train_generator(tf.constant(batch_size))
            if i % 500 == 0:
                print("%5d  D %.4f  G %.4f" % (i, d, g))

    def sample(self, n):
        return self.generator.predict(np.random.normal(size=(n, self.latent_dim)), verbose=0)


if __name__ == "__main__":
    angle = np.random.uniform(0, 2 * np.pi, 10000)
    radius = np.random.normal(1.5, 0.08, 10000)
    points = np.stack([radius * np.cos(angle), radius * np.sin(angle)], 1).astype("float32")
    gan = RingGAN()
    gan.train(points, int(os.environ.get("STEPS", 4000)))
    s = gan.sample(2000)
    r = np.hypot(s[:, 0], s[:, 1])
    hist, _ = np.histogram(np.arctan2(s[:, 1], s[:, 0]), bins=12, range=(-np.pi, np.pi))
    print("radius %.3f +- %.3f" % (r.mean(), r.std()), " share of points per sector", np.round(hist / len(s), 3))
