"""Non-saturating GAN on two moons: lazy R1, generator EMA, equalised steps as in StyleGAN2."""
import os
import numpy as np
import tensorflow as tf
import keras
from keras import layers

tf.random.set_seed(1234)
np.random.seed(1234)
keras.utils.set_random_seed(1234)

STEPS = min(6000, int(os.environ.get("STEPS", 6000)))
BATCH, LATENT = 128, 8
R1_INTERVAL = 8
R1_GAMMA = 0.1
EMA_BETA = 0.998


def moons(n):
    t = np.pi * np.random.rand(n, 1)
    lower = np.random.rand(n, 1) < 0.5
    p = np.hstack([np.cos(t), np.sin(t)])
    p = np.where(lower, [1.0, 0.5] - p, p) - [0.5, 0.25]
    return (p + 0.06 * np.random.randn(n, 2)).astype("float32")


def mapping(n_in, n_out, width, act):
    x = inp = layers.Input((n_in,))
    for _ in range(3):
        x = layers.Dense(width, activation=act, kernel_initializer="he_normal")(x)
    return keras.Model(inp, layers.Dense(n_out)(x))


class Trainer:
    def __init__(self):
        self.G = mapping(LATENT, 2, 96, "leaky_relu")
        self.D = mapping(2, 1, 96, "leaky_relu")
        self.G_ema = keras.models.clone_model(self.G)
        self.G_ema.set_weights(self.G.get_weights())
        ratio = R1_INTERVAL / (R1_INTERVAL + 1)
        self.g_opt = keras.optimizers.Adam(1e-3, beta_1=0.0, beta_2=0.99)
        self.d_opt = keras.optimizers.Adam(1.5e-3 * ratio, beta_1=0.0, beta_2=0.99 ** ratio)

    @tf.function
    def d_main(self, x):
        with tf.GradientTape() as tape:
            fake = self.G(tf.random.normal((BATCH, LATENT)))
            loss = tf.reduce_mean(tf.nn.softplus(self.D(fake)) + tf.nn.softplus(-self.D(x)))
        v = self.D.trainable_variables
        self.d_opt.apply_gradients(zip(tape.gradient(loss, v), v))
        return loss

    @tf.function
    def d_reg(self, x):
        with tf.GradientTape() as tape:
            with tf.GradientTape() as inner:
                inner.watch(x)
                score = tf.reduce_sum(self.D(x))
            g = inner.gradient(score, x)
            r1 = tf.reduce_mean(tf.reduce_sum(g ** 2, axis=1))
            # the penalty runs only now and then, so it is scaled up; the last bias gets no gradient from it
            loss = 0.5 * R1_GAMMA * R1_INTERVAL * r1
        v = self.D.trainable_variables
        grads = [tf.zeros_like(w) if g is None else g for g, w in zip(tape.gradient(loss, v), v)]
        self.d_opt.apply_gradients(zip(grads, v))
        return r1

    @tf.function
    def g_main(self):
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(tf.nn.softplus(-self.D(self.G(tf.random.normal((BATCH, LATENT))))))
        v = self.G.trainable_variables
        self.g_opt.apply_gradients(zip(tape.gradient(loss, v), v))
        return loss

    @tf.function
    def average(self, beta):
        for a, w in zip(self.G_ema.variables, self.G.variables):
            a.assign(w + beta * (a - w))

    def run(self):
        r1 = 0.0
        for i in range(STEPS):
            x = tf.constant(moons(BATCH))
            d = self.d_main(x)
            if i % R1_INTERVAL == 0:
                r1 = self.d_reg(x)
            g = self.g_main()
            # ramp-up, the average must not hold on to the first weights
            self.average(tf.constant(min(EMA_BETA, (1.0 + i) / (10.0 + i)), tf.float32))
            if i % 1000 == 0:
                print(f"{i:5d} d={float(d):.3f} g={float(g):.3f} r1={float(r1):.3f}")


trainer = Trainer()
trainer.run()
ref = moons(2000)
for name, net in (("G", trainer.G), ("G_ema", trainer.G_ema)):
    s = net(tf.random.normal((2000, LATENT))).numpy()
    d = np.linalg.norm(s[:, None] - ref[None], axis=2)
    print(f"{name}: off the moons {(d.min(1) > 0.15).mean():.3f}, uncovered {(d.min(0) > 0.15).mean():.3f}")
