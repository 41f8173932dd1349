# GAN for the two-moons data, non-saturating loss, everything in one compiled step
import os
import numpy as np
import tensorflow as tf
import keras

keras.utils.set_random_seed(8)


def two_moons(n):
    t = np.pi * np.random.rand(n)
    upper = np.random.rand(n) < 0.5
    x = np.where(upper, np.cos(t), 1 - np.cos(t))
    y = np.where(upper, np.sin(t), 0.5 - np.sin(t))
    pts = np.stack([x - 0.5, y - 0.25], axis=1)
    return (pts + 0.05 * np.random.randn(n, 2)).astype(np.float32)


class MoonGAN:
    def __init__(self, z_dim=6, hidden=96, batch=128):
        self.z_dim = z_dim
        self.batch = batch
        self.G = self._mlp(z_dim, 2, hidden)
        self.D = self._mlp(2, 1, hidden)
        self.g_opt = keras.optimizers.Adam(5e-4, beta_1=0.5)
        self.d_opt = keras.optimizers.Adam(1e-3, beta_1=0.5)
        self.history = []

    @staticmethod
    def _mlp(n_in, n_out, hidden):
        inp = keras.Input((n_in,))
        h = inp
        for _ in range(3):
            h = keras.layers.Dense(hidden, activation="leaky_relu")(h)
        return keras.Model(inp, keras.layers.Dense(n_out)(h))

    def noise(self, n):
        return np.random.normal(0.0, 1.0, size=(n, self.z_dim)).astype("float32")

    @tf.function
    def train_step(self, real):
        z = self.noise(self.batch)
        with tf.GradientTape(persistent=True) as tape:
            fake = self.G(z)
            d_real, d_fake = self.D(real), self.D(fake)
            d_loss = tf.reduce_mean(tf.nn.softplus(-d_real) + tf.nn.softplus(d_fake))
            g_loss = tf.reduce_mean(tf.nn.softplus(-d_fake))
        self.d_opt.apply_gradients(zip(tape.gradient(d_loss, self.D.trainable_variables), self.D.trainable_variables))
        self.g_opt.apply_gradients(zip(tape.gradient(g_loss, self.G.trainable_variables), self.G.trainable_variables))
        del tape
        return d_loss, g_loss

    def fit(self, data, steps):
        ds = tf.data.Dataset.from_tensor_slices(data).shuffle(len(data)).batch(self.batch, drop_remainder=True).repeat()
        for i, real in enumerate(ds.take(steps)):
            d_loss, g_loss = self.train_step(real)
            self.history.append((float(d_loss), float(g_loss)))
            if (i + 1) % 1000 == 0:
                d, g = np.mean(self.history[-500:], axis=0)
                print(f"step {i + 1}  d_loss {d:.4f}  g_loss {g:.4f}")


steps = min(int(os.environ.get("STEPS", 5000)), 5000)
gan = MoonGAN()
gan.fit(two_moons(20000), steps)

fake = gan.G(gan.noise(2000)).numpy()
ref = two_moons(2000)
dist = np.linalg.norm(fake[:, None] - ref[None], axis=-1)
print("fake -> real: mean %.3f, share off the moons %.3f" % (dist.min(1).mean(), (dist.min(1) > 0.15).mean()))
print("real -> fake: mean %.3f" % dist.min(0).mean())
