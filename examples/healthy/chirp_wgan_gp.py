"""WGAN-GP for short chirps. Critic without batch norm, Adam with beta_1 = 0, five critic updates for one of G."""
import os

import keras
import numpy as np
import tensorflow as tf
from keras import layers

keras.utils.set_random_seed(6)
LEN, Z, BATCH, N_CRITIC, LAMBDA = 40, 8, 64, 5, 10.0
G_UPDATES = int(os.environ.get("STEPS", 2200))


def chirps(n, rng):
    t = np.linspace(0, 1, LEN)[None]
    f0 = rng.uniform(1.0, 1.6, (n, 1))
    f1 = rng.uniform(0.5, 1.5, (n, 1))
    amp = rng.uniform(0.7, 1.0, (n, 1))
    return (amp * np.sin(2 * np.pi * (f0 * t + 0.5 * f1 * t ** 2))).astype("float32")


def generator():
    z = keras.Input((Z,))
    h = layers.Dense(128)(z)
    h = layers.LayerNormalization()(h)
    h = layers.Activation("silu")(h)
    h = layers.Dense(128)(h)
    h = layers.LayerNormalization()(h)
    h = layers.Activation("silu")(h)
    return keras.Model(z, layers.Dense(LEN)(h))


def critic():
    x = keras.Input((LEN,))
    h = layers.Dense(128, activation="silu")(x)
    h = layers.Dense(128, activation="silu")(h)
    return keras.Model(x, layers.Dense(1)(h))


G, C = generator(), critic()
opt_g = keras.optimizers.Adam(1e-3, beta_1=0.0, beta_2=0.9)
opt_c = keras.optimizers.Adam(1e-3, beta_1=0.0, beta_2=0.9)


@tf.function
def round_of_updates(reals):
    for k in range(N_CRITIC):
        real = reals[k]
        fake = G(tf.random.normal((BATCH, Z)), training=True)
        with tf.GradientTape() as tape:
            eps = tf.random.uniform((BATCH, 1))
            between = real + eps * (fake - real)
            with tf.GradientTape() as inner:
                inner.watch(between)
                score = C(between, training=True)
            slope = tf.norm(inner.gradient(score, between) + 1e-12, axis=1)
            w = tf.reduce_mean(C(real, training=True)) - tf.reduce_mean(C(fake, training=True))
            loss = -w + LAMBDA * tf.reduce_mean(tf.square(slope - 1.0))
        opt_c.apply_gradients(zip(tape.gradient(loss, C.trainable_weights), C.trainable_weights))
    with tf.GradientTape() as tape:
        g_loss = -tf.reduce_mean(C(G(tf.random.normal((BATCH, Z)), training=True), training=True))
    opt_g.apply_gradients(zip(tape.gradient(g_loss, G.trainable_weights), G.trainable_weights))
    return w, g_loss


rng = np.random.default_rng(6)
x = chirps(6000, rng)
for i in range(G_UPDATES):
    w, g_loss = round_of_updates(tf.constant(x[rng.integers(0, len(x), (N_CRITIC, BATCH))]))
    if i % 300 == 0 or i == G_UPDATES - 1:
        print(f"update {i}: distance {float(w):.3f}, generator {float(g_loss):.3f}")

out = G.predict(rng.standard_normal((500, Z)), verbose=0)
d = np.sqrt(((out[:, None] - x[None, :2000]) ** 2).mean(-1))
print("rms to the nearest chirp %.3f (typical size %.3f)" % (d.min(1).mean(), x.std()))
print("std over samples: real %.3f, generated %.3f" % (x.std(0).mean(), out.std(0).mean()))
