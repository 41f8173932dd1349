# CycleGAN on 2-D points: A = blob pair on the left/right, B = the same turned by 45 degrees and moved.
# Unpaired. Old fakes are kept in a pool and shown to the discriminators again, as in the paper.
import os
import numpy as np
import tensorflow as tf
import keras

keras.utils.set_random_seed(19)
np_rng = np.random.default_rng(19)
BATCH, LAMBDA_CYC = 96, 2.0


def sample_A(n):
    side = np_rng.choice([-1.0, 1.0], n, p=[0.3, 0.7])
    return (np.c_[side, np.zeros(n)] + np_rng.normal(0, 0.15, (n, 2))).astype("float32")


def sample_B(n):
    side = np_rng.choice([-1.0, 1.0], n, p=[0.3, 0.7])
    return (np.c_[0.7 * side + 0.5, 0.7 * side + 0.5] + np_rng.normal(0, 0.15, (n, 2))).astype("float32")


def translator(name):
    x = keras.Input((2,))
    h = keras.layers.Dense(64, activation="relu")(x)
    h = keras.layers.Dense(64, activation="relu")(h)
    return keras.Model(x, keras.layers.Add()([x, keras.layers.Dense(2)(h)]), name=name)


def judge(name):
    return keras.Sequential([
        keras.Input((2,)),
        keras.layers.Dense(64), keras.layers.LeakyReLU(negative_slope=0.2),
        keras.layers.Dense(64), keras.layers.LeakyReLU(negative_slope=0.2),
        keras.layers.Dense(1),
    ], name=name)


class Pool:
    """With probability one half an old fake takes the place of a new one."""

    def __init__(self, size=500):
        self.size, self.items = size, np.zeros((0, 2), "float32")

    def swap(self, new):
        if len(self.items) < self.size:
            self.items = np.concatenate([self.items, new])
            return new
        old = np_rng.random(len(new)) < 0.5
        where = np_rng.choice(len(self.items), len(new), replace=False)
        out = np.where(old[:, None], self.items[where], new)
        self.items[where[old]] = new[old]
        return out


G_ab, G_ba = translator("a2b"), translator("b2a")
D_a, D_b = judge("judge_a"), judge("judge_b")
opt_g = keras.optimizers.Adam(8e-4, beta_1=0.5)
opt_d = keras.optimizers.Adam(8e-4, beta_1=0.5)
vars_g = G_ab.trainable_variables + G_ba.trainable_variables
vars_d = D_a.trainable_variables + D_b.trainable_variables


@tf.function
def step_generators(a, b):
    with tf.GradientTape() as tape:
        fake_b, fake_a = G_ab(a), G_ba(b)
        adv = tf.reduce_mean((D_b(fake_b) - 1.0) ** 2) + tf.reduce_mean((D_a(fake_a) - 1.0) ** 2)
        cyc = tf.reduce_mean(tf.abs(G_ba(fake_b) - a)) + tf.reduce_mean(tf.abs(G_ab(fake_a) - b))
        loss = adv + LAMBDA_CYC * cyc
    opt_g.apply_gradients(zip(tape.gradient(loss, vars_g), vars_g))
    return fake_a, fake_b, adv, cyc


@tf.function
def step_judges(a, b, fake_a, fake_b):
    with tf.GradientTape() as tape:
        loss = 0.5 * (tf.reduce_mean((D_a(a) - 1.0) ** 2) + tf.reduce_mean(D_a(fake_a) ** 2)
                      + tf.reduce_mean((D_b(b) - 1.0) ** 2) + tf.reduce_mean(D_b(fake_b) ** 2))
    opt_d.apply_gradients(zip(tape.gradient(loss, vars_d), vars_d))
    return loss


pool_a, pool_b = Pool(), Pool()
for it in range(int(os.environ.get("STEPS", 3500))):
    a, b = sample_A(BATCH), sample_B(BATCH)
    fake_a, fake_b, adv, cyc = step_generators(a, b)
    d_loss = step_judges(a, b, pool_a.swap(fake_a.numpy()), pool_b.swap(fake_b.numpy()))
    if it % 500 == 0:
        print("it %d adv %.3f cycle %.3f judges %.3f" % (it, adv, cyc, d_loss))

a, b = sample_A(2000), sample_B(2000)
fb = G_ab(a).numpy()
print("B mean", b.mean(0), "std", b.std(0), "| translated mean", fb.mean(0), "std", fb.std(0))
print("upper share: B %.2f translated %.2f; back error %.3f" % ((b[:, 1] > 0.5).mean(), (fb[:, 1] > 0.5).mean(), np.abs(G_ba(fb).numpy() - a).mean()))
