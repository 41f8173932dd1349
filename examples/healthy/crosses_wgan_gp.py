"""WGAN with a one-sided gradient penalty and a drift term on crosses and bars (16x16)."""
import os
import numpy as np
import tensorflow as tf
import keras
from keras import layers

keras.utils.set_random_seed(77)


class HParams:
    z = 24
    batch = 64
    n_critic = 2
    lam = 10.0
    drift = 1e-3
    lr = 5e-4
    iterations = min(1050, int(os.environ.get("STEPS", 1050)))


hp = HParams()


def draw(n, seed=0):
    rng = np.random.default_rng(seed)
    img = -np.ones((n, 16, 16, 1), "float32")
    for i in range(n):
        cy, cx = rng.integers(5, 11, 2)
        half = rng.integers(3, 6)
        kind = rng.integers(3)
        if kind != 1:
            img[i, cy - 1:cy + 1, max(0, cx - half):cx + half] = 1
        if kind != 0:
            img[i, max(0, cy - half):cy + half, cx - 1:cx + 1] = 1
    return img


def make_gen():
    return keras.Sequential([
        layers.Input((hp.z,)),
        layers.Dense(4 * 4 * 48), layers.ReLU(), layers.Reshape((4, 4, 48)),
        layers.UpSampling2D(), layers.Conv2D(32, 3, padding="same"), layers.ReLU(),
        layers.UpSampling2D(), layers.Conv2D(24, 3, padding="same"), layers.ReLU(),
        layers.Conv2D(1, 3, padding="same", activation="tanh"),
    ])


def make_critic():
    # no batch norm here: the penalty is per sample
    return keras.Sequential([
        layers.Input((16, 16, 1)),
        layers.Conv2D(24, 5, 2, padding="same"), layers.LeakyReLU(0.2), layers.LayerNormalization(),
        layers.Conv2D(48, 5, 2, padding="same"), layers.LeakyReLU(0.2), layers.LayerNormalization(),
        layers.Flatten(), layers.Dense(1),
    ])


G, C = make_gen(), make_critic()
g_opt = keras.optimizers.Adam(hp.lr, beta_1=0.0, beta_2=0.9)
c_opt = keras.optimizers.Adam(hp.lr, beta_1=0.0, beta_2=0.9)


def one_sided_penalty(real, fake):
    a = tf.random.uniform((hp.batch, 1, 1, 1))
    x = fake + a * (real - fake)
    with tf.GradientTape() as t:
        t.watch(x)
        y = C(x)
    g = tf.reshape(t.gradient(y, x), (hp.batch, -1))
    slope = tf.sqrt(tf.reduce_sum(g * g, axis=1) + 1e-8)
    return tf.reduce_mean(tf.nn.relu(slope - 1.0) ** 2)


@tf.function
def critic_step(real):
    fake = G(tf.random.normal((hp.batch, hp.z)))
    with tf.GradientTape() as tape:
        cr, cf = C(real), C(fake)
        loss = tf.reduce_mean(cf) - tf.reduce_mean(cr)
        total = loss + hp.lam * one_sided_penalty(real, fake) + hp.drift * tf.reduce_mean(cr ** 2)
    c_opt.apply_gradients(zip(tape.gradient(total, C.trainable_variables), C.trainable_variables))
    return loss


@tf.function
def gen_step():
    with tf.GradientTape() as tape:
        loss = -tf.reduce_mean(C(G(tf.random.normal((hp.batch, hp.z)))))
    g_opt.apply_gradients(zip(tape.gradient(loss, G.trainable_variables), G.trainable_variables))
    return loss


data = draw(8000)
it = iter(tf.data.Dataset.from_tensor_slices(data).shuffle(8000).repeat().batch(hp.batch))
for i in range(hp.iterations):
    for _ in range(hp.n_critic):
        c_loss = critic_step(next(it))
    g_loss = gen_step()
    if i % 200 == 0:
        print(f"{i:5d}  W {-float(c_loss):.3f}  G {float(g_loss):.3f}")

fake = G(tf.random.normal((400, hp.z))).numpy()
near = [np.abs(data[:4000] - f).mean((1, 2, 3)).min() for f in fake]
print("error to the closest drawing %.3f, white area real %.3f fake %.3f"
      % (np.mean(near), (data > 0).mean(), (fake > 0).mean()))
