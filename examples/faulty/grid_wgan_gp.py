"""WGAN-GP, 3x3 grid of Gaussians."""
import os
import numpy as np
import tensorflow as tf
import keras

keras.utils.set_random_seed(0)

N_ITER = min(10000, int(os.environ.get("STEPS", 10000)))
N_CRITIC = 4
GP = 0.2
BATCH = 128
ZDIM = 8

modes = np.array([[i, j] for i in (-1, 0, 1) for j in (-1, 0, 1)], dtype=np.float32)


def real_batch():
    k = np.random.randint(0, 9, BATCH)
    return (modes[k] + 0.05 * np.random.randn(BATCH, 2)).astype(np.float32)


class MLP(keras.Model):
    def __init__(self, n_out, width=128):
        super().__init__()
        self.h1 = keras.layers.Dense(width, activation="relu")
        self.h2 = keras.layers.Dense(width, activation="relu")
        self.out = keras.layers.Dense(n_out)

    def call(self, x):
        return self.out(self.h2(self.h1(x)))


gen, critic = MLP(2), MLP(1)
gen(tf.zeros((1, ZDIM)))
critic(tf.zeros((1, 2)))
gen_opt = keras.optimizers.Adam(1e-3, beta_1=0.5, beta_2=0.9)
critic_opt = keras.optimizers.Adam(1e-3, beta_1=0.5, beta_2=0.9)


@tf.function
def critic_step(x):
    fake = gen(tf.random.normal((BATCH, ZDIM)))
    u = tf.random.uniform((BATCH, 1))
    x_hat = u * x + (1 - u) * fake
    with tf.GradientTape() as tape:
        with tf.GradientTape() as inner:
            inner.watch(x_hat)
            s = critic(x_hat)
        g = inner.gradient(s, x_hat)
        penalty = tf.reduce_mean((tf.norm(g + 1e-10, axis=1) - 1.0) ** 2)
        loss = tf.reduce_mean(critic(fake)) - tf.reduce_mean(critic(x)) + GP * penalty
    critic_opt.apply_gradients(zip(tape.gradient(loss, critic.trainable_variables), critic.trainable_variables))
    return loss


@tf.function
def generator_step():
    with tf.GradientTape() as tape:
        loss = -tf.reduce_mean(critic(gen(tf.random.normal((BATCH, ZDIM)))))
    gen_opt.apply_gradients(zip(tape.gradient(loss, gen.trainable_variables), gen.trainable_variables))
    return loss


for it in range(N_ITER):
    if it % N_CRITIC == 0:
        c_loss = critic_step(real_batch())
    g_loss = generator_step()
    if it % 2000 == 0:
        print("iter", it, "critic", round(float(c_loss), 4), "gen", round(float(g_loss), 4))

pts = gen(tf.random.normal((2000, ZDIM))).numpy()
d = np.linalg.norm(pts[:, None] - modes[None], axis=-1)
near = d.min(1) < 0.2
print("on a mode: %.3f" % near.mean())
print("count per mode:", np.bincount(d.argmin(1)[near], minlength=9))
