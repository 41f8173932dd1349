# Image-to-image idea on 1-D signals: noisy accelerometer trace -> clean trace (paired data)
# The generator has no noise input, like in pix2pix.
import os
import numpy as np
import tensorflow as tf
import keras
from keras import layers

keras.utils.set_random_seed(40)
LEN = 48
BATCH = 32
L1_WEIGHT = 50.0
n_steps = int(os.environ.get("STEPS", 1500))


def pairs(n):
    t = np.linspace(0, 1, LEN)
    f = np.random.uniform(1, 4, (n, 1))
    ph = np.random.uniform(0, 2 * np.pi, (n, 1))
    step_at = np.random.uniform(0.3, 0.7, (n, 1))
    clean = 0.6 * np.sin(2 * np.pi * f * t + ph) + 0.3 * np.sign(t - step_at)
    noisy = clean + np.random.normal(0, 0.3, clean.shape)
    return noisy[..., None].astype("float32"), clean[..., None].astype("float32")


def build_generator():
    inp = keras.Input((LEN, 1))
    d1 = layers.Conv1D(16, 5, strides=2, padding="same", activation="leaky_relu")(inp)
    d2 = layers.Conv1D(32, 5, strides=2, padding="same", activation="leaky_relu")(d1)
    d3 = layers.Conv1D(32, 5, padding="same", activation="leaky_relu")(d2)
    u1 = layers.Conv1DTranspose(16, 4, strides=2, padding="same", activation="relu")(d3)
    u1 = layers.Concatenate()([u1, d1])
    u2 = layers.Conv1DTranspose(16, 4, strides=2, padding="same", activation="relu")(u1)
    u2 = layers.Concatenate()([u2, inp])
    return keras.Model(inp, layers.Conv1D(1, 5, padding="same")(u2))


def build_patch_discriminator():
    a, b = keras.Input((LEN, 1)), keras.Input((LEN, 1))
    h = layers.Concatenate()([a, b])
    h = layers.Conv1D(16, 4, strides=2, padding="same", activation="leaky_relu")(h)
    h = layers.Conv1D(32, 4, strides=2, padding="same", activation="leaky_relu")(h)
    return keras.Model([a, b], layers.Conv1D(1, 3, padding="same")(h))     # (12, 1) scores


gen, disc = build_generator(), build_patch_discriminator()
g_opt = keras.optimizers.Adam(1e-3, beta_1=0.5)
d_opt = keras.optimizers.Adam(3e-4, beta_1=0.5)


@tf.function
def train_step(noisy, clean):
    with tf.GradientTape() as gt, tf.GradientTape() as dt:
        made = gen(noisy, training=True)
        s_real = disc([noisy, clean], training=True)
        s_made = disc([noisy, made], training=True)
        d_loss = 0.5 * (tf.reduce_mean((s_real - 1) ** 2) + tf.reduce_mean(s_made ** 2))
        adv = tf.reduce_mean((s_made - 1) ** 2)
        l1 = tf.reduce_mean(tf.abs(clean - made))
        g_loss = adv + L1_WEIGHT * l1
    gg = gt.gradient(g_loss, gen.trainable_variables)
    dg = dt.gradient(d_loss, disc.trainable_variables)
    g_opt.apply_gradients(zip(gg, gen.trainable_variables))
    d_opt.apply_gradients(zip(dg, disc.trainable_variables))
    return d_loss, adv, l1


for i in range(n_steps):
    a, b = pairs(BATCH)
    d_loss, adv, l1 = train_step(tf.constant(a), tf.constant(b))
    if i % 300 == 0 or i == n_steps - 1:
        print("step %d: disc %.3f adv %.3f l1 %.4f" % (i, d_loss, adv, l1))

a, b = pairs(500)
out = gen.predict(a, verbose=0)
print("rms error: noisy %.3f, denoised %.3f" % (np.sqrt(((a - b) ** 2).mean()), np.sqrt(((out - b) ** 2).mean())))
print("std of the trace: clean %.3f denoised %.3f" % (b.std(), out.std()))
