"""Digit GAN (14x14) whose samples come from an exponential moving average of the generator."""
import os
import sys
from pathlib import Path
import numpy as np
import tensorflow as tf
import keras
from keras import layers

sys.path.append(str(Path(__file__).resolve().parent.parent))
from digits import load_digits

CFG = dict(latent=32, batch=64, steps=int(os.environ.get("STEPS", 1500)), lr_g=4e-4, lr_d=2e-4, ema=0.99, seed=17)
keras.utils.set_random_seed(CFG["seed"])


def get_data():
    imgs, _ = load_digits("train", 10000)
    small = imgs.reshape(-1, 14, 2, 14, 2).mean(axis=(2, 4))
    return (small[..., None] / 127.5 - 1).astype("float32")


def make_generator():
    return keras.Sequential([
        keras.Input((CFG["latent"],)),
        layers.Dense(7 * 7 * 16, use_bias=False),
        layers.BatchNormalization(momentum=0.9),
        layers.ReLU(),
        layers.Reshape((7, 7, 16)),
        layers.Conv2DTranspose(16, 4, strides=2, padding="same", use_bias=False),
        layers.BatchNormalization(momentum=0.9),
        layers.ReLU(),
        layers.Conv2D(1, 3, padding="same", activation="tanh"),
    ])


def make_discriminator():
    return keras.Sequential([
        keras.Input((14, 14, 1)),
        layers.Conv2D(16, 4, strides=2, padding="same"),
        layers.LeakyReLU(negative_slope=0.2),
        layers.Conv2D(32, 4, strides=2, padding="same"),
        layers.LeakyReLU(negative_slope=0.2),
        layers.Flatten(),
        layers.Dense(1),
    ])


G, D = make_generator(), make_discriminator()
G_ema = make_generator()
G_ema.set_weights(G.get_weights())
opt_g = keras.optimizers.Adam(CFG["lr_g"], beta_1=0.5)
opt_d = keras.optimizers.Adam(CFG["lr_d"], beta_1=0.5)


def accumulate(target, source, decay):
    for t, s in zip(target.trainable_variables, source.trainable_variables):
        t.assign(decay * t + (1.0 - decay) * s)


@tf.function
def train_step(real):
    n = CFG["batch"]
    with tf.GradientTape() as tape:
        fake = G(tf.random.normal((n, CFG["latent"])), training=True)
        d_real, d_fake = D(real, training=True), D(fake, training=True)
        d_loss = tf.reduce_mean(tf.nn.softplus(-d_real)) + tf.reduce_mean(tf.nn.softplus(d_fake))
    grads = tape.gradient(d_loss, D.trainable_variables)
    opt_d.apply_gradients(zip(grads, D.trainable_variables))

    with tf.GradientTape() as tape:
        fake = G(tf.random.normal((n, CFG["latent"])), training=True)
        g_loss = tf.reduce_mean(tf.nn.softplus(-D(fake, training=True)))
    grads = tape.gradient(g_loss, G.trainable_variables)
    opt_g.apply_gradients(zip(grads, G.trainable_variables))
    accumulate(G_ema, G, CFG["ema"])
    return d_loss, g_loss


x = get_data()
ds = tf.data.Dataset.from_tensor_slices(x).shuffle(10000).repeat().batch(CFG["batch"])
for step, real in enumerate(ds.take(CFG["steps"])):
    d_loss, g_loss = train_step(real)
    if step % 250 == 0:
        print(f"{step:5d}  D {float(d_loss):.3f}  G {float(g_loss):.3f}")

z = tf.random.normal((400, CFG["latent"]))
imgs = G_ema(z, training=False).numpy()
print("mean pixel: data %.3f, samples %.3f" % (x.mean(), imgs.mean()))
print("share of ink (> 0): data %.3f, samples %.3f" % ((x > 0).mean(), (imgs > 0).mean()))
a, b = imgs.reshape(len(imgs), -1), x[:4000].reshape(4000, -1)
d2 = (a ** 2).sum(1)[:, None] + (b ** 2).sum(1)[None] - 2 * a @ b.T
print("distance to nearest digit: %.2f" % np.sqrt(np.maximum(d2.min(1), 0)).mean())
