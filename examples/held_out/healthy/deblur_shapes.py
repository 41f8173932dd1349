"""Image to image: blurred 16x16 shapes -> sharp shapes. LSGAN patches + L1, no noise input, generator predicts a residual."""
import os
import numpy as np
import tensorflow as tf
from tensorflow import keras
from tensorflow.keras import layers

keras.utils.set_random_seed(13)
rng = np.random.default_rng(13)
BATCH = 32
N_ITER = int(os.environ.get("STEPS", 1300))


def shapes(n):
    yy, xx = np.mgrid[0:16, 0:16]
    imgs = np.zeros((n, 16, 16))
    for i in range(n):
        cx, cy, r = rng.uniform(5, 11), rng.uniform(5, 11), rng.uniform(2.5, 5)
        if i % 2:
            imgs[i] = (xx - cx) ** 2 + (yy - cy) ** 2 < r ** 2
        else:
            imgs[i] = (abs(xx - cx) < r) & (abs(yy - cy) < r * 0.7)
    return (imgs * 2 - 1)[..., None].astype("float32")


kernel = np.exp(-0.5 * (np.arange(-3, 4) / 1.5) ** 2)
kernel = (np.outer(kernel, kernel) / kernel.sum() ** 2)[:, :, None, None].astype("float32")


def blur(x):
    padded = tf.pad(x, [[0, 0], [3, 3], [3, 3], [0, 0]], constant_values=-1.0)
    return tf.nn.conv2d(padded, kernel, 1, "VALID")


sharp = shapes(3000)
blurry = blur(sharp).numpy() + rng.normal(0, 0.02, sharp.shape).astype("float32")

x_in = layers.Input((16, 16, 1))
h = layers.Conv2D(16, 5, padding="same", activation="relu")(x_in)
h = layers.Conv2D(16, 3, padding="same", activation="relu")(h)
h = layers.Conv2D(16, 3, padding="same", activation="relu")(h)
residual = layers.Conv2D(1, 3, padding="same", kernel_initializer="zeros")(h)   # starts as the identity
G = keras.Model(x_in, layers.Add()([x_in, residual]))

a, b = layers.Input((16, 16, 1)), layers.Input((16, 16, 1))
h = layers.Concatenate()([a, b])
h = layers.LeakyReLU(negative_slope=0.2)(layers.Conv2D(16, 4, strides=2, padding="same")(h))
h = layers.LeakyReLU(negative_slope=0.2)(layers.Conv2D(32, 4, strides=2, padding="same")(h))
D = keras.Model([a, b], layers.Conv2D(1, 3, padding="same")(h))

opt_G = keras.optimizers.Adam(1e-3, beta_1=0.5)
opt_D = keras.optimizers.Adam(2e-4, beta_1=0.5)


@tf.function
def update_D(x, y):
    y_hat = G(x)
    with tf.GradientTape() as tape:
        loss = 0.5 * tf.reduce_mean((D([x, y]) - 1) ** 2) + 0.5 * tf.reduce_mean(D([x, y_hat]) ** 2)
    opt_D.apply_gradients(zip(tape.gradient(loss, D.trainable_variables), D.trainable_variables))
    return loss


@tf.function
def update_G(x, y):
    with tf.GradientTape() as tape:
        y_hat = G(x)
        l1 = tf.reduce_mean(tf.abs(y - y_hat))
        adv = tf.reduce_mean((D([x, y_hat]) - 1) ** 2)
        loss = adv + 30.0 * l1
    opt_G.apply_gradients(zip(tape.gradient(loss, G.trainable_variables), G.trainable_variables))
    return adv, l1


for it in range(N_ITER):
    pick = rng.integers(0, len(sharp), BATCH)
    x, y = tf.constant(blurry[pick]), tf.constant(sharp[pick])
    adv, l1 = update_G(x, y)
    d = update_D(x, y)
    if it % 200 == 0:
        print(f"{it:5d}  D {float(d):.3f}  adv {float(adv):.3f}  L1 {float(l1):.4f}")

y_t = shapes(300)
x_t = blur(y_t).numpy()
print("L1 on new shapes: blurred %.4f, restored %.4f" % (np.abs(x_t - y_t).mean(), np.abs(G.predict(x_t, verbose=0) - y_t).mean()))
