"""GAN for the two moons. Keras fit, cosine learning rate, custom train_step."""
import os

import keras
import numpy as np
import tensorflow as tf

keras.utils.set_random_seed(99)

EPOCHS = 30
STEPS_PER_EPOCH = 100
BATCH_SIZE = 128
LATENT_DIM = 4
limit = int(os.environ.get("STEPS", EPOCHS * STEPS_PER_EPOCH))
if limit < EPOCHS * STEPS_PER_EPOCH:
    STEPS_PER_EPOCH = min(STEPS_PER_EPOCH, limit)
    EPOCHS = max(1, limit // STEPS_PER_EPOCH)


def two_moons(n, noise=0.04):
    half = n // 2
    a = np.pi * np.random.rand(half)
    upper = np.stack([np.cos(a), np.sin(a)], 1)
    a = np.pi * np.random.rand(n - half)
    lower = np.stack([1 - np.cos(a), 0.5 - np.sin(a)], 1)
    x = np.concatenate([upper, lower]) - [0.5, 0.25]
    x += noise * np.random.randn(n, 2)
    return x[np.random.permutation(n)].astype("float32")


def mlp(n_in, n_out, width=64):
    return keras.Sequential([
        keras.Input((n_in,)),
        keras.layers.Dense(width, activation="leaky_relu"),
        keras.layers.Dense(width, activation="leaky_relu"),
        keras.layers.Dense(n_out),
    ])


class MoonGAN(keras.Model):
    def __init__(self):
        super().__init__()
        self.gen = mlp(LATENT_DIM, 2)
        self.dis = mlp(2, 1)
        self.d_loss = keras.metrics.Mean(name="d_loss")
        self.g_loss = keras.metrics.Mean(name="g_loss")

    def compile(self, d_opt, g_opt):
        super().compile()
        self.d_opt, self.g_opt = d_opt, g_opt
        self.bce = keras.losses.BinaryCrossentropy(from_logits=True)

    @property
    def metrics(self):
        return [self.d_loss, self.g_loss]

    def train_step(self, real):
        n = tf.shape(real)[0]
        fake = self.gen(tf.random.normal((n, LATENT_DIM)))
        with tf.GradientTape() as t:
            r, f = self.dis(real), self.dis(fake)
            d_loss = self.bce(tf.ones_like(r), r) + self.bce(tf.zeros_like(f), f)
        g = t.gradient(d_loss, self.dis.trainable_variables)
        self.d_opt.apply_gradients(zip(g, self.dis.trainable_variables))

        with tf.GradientTape() as t:
            f = self.dis(self.gen(tf.random.normal((n, LATENT_DIM))))
            g_loss = self.bce(tf.ones_like(f), f)
        g = t.gradient(g_loss, self.gen.trainable_variables)
        self.g_opt.apply_gradients(zip(g, self.gen.trainable_variables))
        self.d_loss.update_state(d_loss)
        self.g_loss.update_state(g_loss)
        return {"d_loss": self.d_loss.result(), "g_loss": self.g_loss.result()}


x = two_moons(12800)
ds = tf.data.Dataset.from_tensor_slices(x).shuffle(12800).repeat().batch(BATCH_SIZE)

gan = MoonGAN()
gan.compile(
    d_opt=keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(1e-3, EPOCHS, alpha=0.02), beta_1=0.5),
    g_opt=keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(1e-3, EPOCHS, alpha=0.02), beta_1=0.5),
)
history = gan.fit(ds, epochs=EPOCHS, steps_per_epoch=STEPS_PER_EPOCH, verbose=0)
for e in range(0, EPOCHS, max(1, EPOCHS // 6)):
    print("epoch", e, {k: round(v[e], 3) for k, v in history.history.items()})

pts = gan.gen.predict(np.random.randn(1000, LATENT_DIM), verbose=0)
print("sample mean", pts.mean(0), "std", pts.std(0), "| data std", x.std(0))
