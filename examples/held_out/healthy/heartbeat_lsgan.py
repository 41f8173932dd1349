"""LSGAN for ECG-like traces. Targets -1 / +1 for the discriminator and 0 for the generator
(the Pearson chi^2 setting of the paper), with an R1 penalty."""
import os
import numpy as np
import tensorflow as tf
import keras
from keras import layers, ops

keras.utils.set_random_seed(19)
LEN, ZD, BS = 40, 10, 64
ITERATIONS = min(4000, int(os.environ.get("STEPS", 4000)))


class TraceSource:
    """Endless batches of standardised traces."""

    def __init__(self, seed=0):
        self.rng = np.random.default_rng(seed)
        ref = self.raw(4000)
        self.mu, self.sd = ref.mean(), ref.std()

    def raw(self, n):
        t = np.arange(LEN)[None]
        c = self.rng.uniform(15, 21, (n, 1))
        amp = self.rng.uniform(0.8, 1.3, (n, 1))
        x = amp * np.exp(-0.5 * ((t - c) / 1.2) ** 2)
        x -= 0.3 * amp * np.exp(-0.5 * ((t - c - 3.5) / 1.5) ** 2)
        x += 0.3 * np.exp(-0.5 * ((t - c - 12) / 2.5) ** 2)
        return x + self.rng.normal(0, 0.01, (n, LEN))

    def __call__(self):
        while True:
            yield ((self.raw(BS) - self.mu) / self.sd).astype("float32")


source = TraceSource()
dataset = tf.data.Dataset.from_generator(source, output_signature=tf.TensorSpec((BS, LEN), tf.float32)).prefetch(4)


def build_generator():
    z = layers.Input((ZD,))
    h = layers.Dense(128, activation="elu")(z)
    h = layers.Dense(128, activation="elu")(h)
    return keras.Model(z, layers.Dense(LEN)(h))       # standardised traces go beyond +-1: no tanh


def build_discriminator():
    x = layers.Input((LEN,))
    h = layers.GaussianNoise(0.1)(x)
    h = layers.Dense(128, activation="leaky_relu")(h)
    h = layers.Dense(128, activation="leaky_relu")(h)
    return keras.Model(x, layers.Dense(1)(h))


gen, dis = build_generator(), build_discriminator()
gen_opt = keras.optimizers.Adam(5e-4, beta_1=0.5)
dis_opt = keras.optimizers.Adam(1e-3, beta_1=0.5)


def z_batch():
    return tf.random.normal((BS, ZD))


@tf.function
def iteration(real):
    with tf.GradientTape() as tape:
        d_loss = 0.5 * ops.mean((dis(real, training=True) - 1.0) ** 2) \
            + 0.5 * ops.mean((dis(gen(z_batch()), training=True) + 1.0) ** 2)
        with tf.GradientTape() as inner:
            inner.watch(real)
            score = dis(real, training=False)
        total = d_loss + 1.0 * ops.mean(ops.sum(inner.gradient(score, real) ** 2, axis=1))
    dis_opt.apply_gradients(zip(tape.gradient(total, dis.trainable_variables), dis.trainable_variables))
    with tf.GradientTape() as tape:
        g_loss = 0.5 * ops.mean(dis(gen(z_batch()), training=True) ** 2)
    gen_opt.apply_gradients(zip(tape.gradient(g_loss, gen.trainable_variables), gen.trainable_variables))
    return d_loss, g_loss


for k, real in enumerate(dataset.take(ITERATIONS)):
    d_loss, g_loss = iteration(real)
    if k % 1000 == 0:
        print(f"iteration {k:4d}  D {float(d_loss):.4f}  G {float(g_loss):.4f}")

fake = gen(tf.random.normal((500, ZD))).numpy() * source.sd + source.mu
real = source.raw(500)
print("peak: samples %.3f, data %.3f" % (fake.max(1).mean(), real.max(1).mean()))
print("spread of the peak position: samples %.2f, data %.2f" % (fake.argmax(1).std(), real.argmax(1).std()))
