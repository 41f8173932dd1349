"""pix2pix in miniature: 16x16 outlines -> filled, shaded shapes. U-Net, PatchGAN, BCE + L1."""
import os
import numpy as np
import tensorflow as tf
import keras
from keras import layers

keras.utils.set_random_seed(4)
W, BATCH, LAMBDA = 16, 16, 50.0
STEPS = min(1300, int(os.environ.get("STEPS", 1300)))


def make_pair():
    yy, xx = np.mgrid[0:W, 0:W]
    cy, cx = np.random.uniform(5, 10, 2)
    ry, rx = np.random.uniform(2.5, 5, 2)
    if np.random.rand() < 0.5:
        d = np.maximum(abs(yy - cy) / ry, abs(xx - cx) / rx)
    else:
        d = np.sqrt(((yy - cy) / ry) ** 2 + ((xx - cx) / rx) ** 2)
    outline = (abs(d - 1) < 0.2).astype("float32")
    filled = (d <= 1.2) * (0.5 + 0.5 * np.clip((yy - cy + ry) / (2 * ry), 0, 1))
    return outline * 2 - 1, filled * 2 - 1


pairs = [make_pair() for _ in range(2500)]
src = np.stack([p[0] for p in pairs])[..., None].astype("float32")
tgt = np.stack([p[1] for p in pairs])[..., None].astype("float32")
train = tf.data.Dataset.from_tensor_slices((src[:2300], tgt[:2300])).shuffle(2300).repeat().batch(BATCH)


def unet():
    inp = layers.Input((W, W, 1))
    e1 = layers.LeakyReLU(0.2)(layers.Conv2D(16, 4, 2, padding="same")(inp))            # 8
    e2 = layers.BatchNormalization()(layers.Conv2D(32, 4, 2, padding="same")(e1))
    e2 = layers.LeakyReLU(0.2)(e2)                                                       # 4
    mid = layers.ReLU()(layers.Conv2D(32, 4, 2, padding="same")(e2))                     # 2
    d2 = layers.BatchNormalization()(layers.Conv2DTranspose(32, 4, 2, padding="same")(mid))
    d2 = layers.ReLU()(layers.Dropout(0.2)(d2))
    d1 = layers.Conv2DTranspose(16, 4, 2, padding="same")(layers.Concatenate()([d2, e2]))
    d1 = layers.ReLU()(layers.BatchNormalization()(d1))
    out = layers.Conv2DTranspose(1, 4, 2, padding="same", activation="tanh")(layers.Concatenate()([d1, e1]))
    return keras.Model(inp, out)


def patch_discriminator():
    a, b = layers.Input((W, W, 1)), layers.Input((W, W, 1))
    h = layers.Concatenate()([a, b])
    h = layers.LeakyReLU(0.2)(layers.Conv2D(16, 4, 2, padding="same")(h))
    h = layers.LeakyReLU(0.2)(layers.Conv2D(32, 4, 2, padding="same")(h))
    return keras.Model([a, b], layers.Conv2D(1, 3, padding="same")(h))   # 4x4 logits


G, D = unet(), patch_discriminator()
bce = keras.losses.BinaryCrossentropy(from_logits=True)
g_opt = keras.optimizers.Adam(1e-3, beta_1=0.5)
d_opt = keras.optimizers.Adam(3e-4, beta_1=0.5)


@tf.function
def train_step(x, y):
    with tf.GradientTape() as gt, tf.GradientTape() as dt:
        fake = G(x, training=True)
        real_out = D([x, y], training=True)
        fake_out = D([x, fake], training=True)
        l1 = tf.reduce_mean(tf.abs(y - fake))
        adv = bce(tf.ones_like(fake_out), fake_out)
        g_total = adv + LAMBDA * l1
        d_total = 0.5 * (bce(tf.ones_like(real_out), real_out) + bce(tf.zeros_like(fake_out), fake_out))
    g_opt.apply_gradients(zip(gt.gradient(g_total, G.trainable_variables), G.trainable_variables))
    d_opt.apply_gradients(zip(dt.gradient(d_total, D.trainable_variables), D.trainable_variables))
    return d_total, adv, l1


for step, (x, y) in train.take(STEPS).enumerate():
    d_total, adv, l1 = train_step(x, y)
    if step % 200 == 0:
        tf.print("step", step, "disc", d_total, "adv", adv, "l1", l1)

pred = G(src[2300:], training=False).numpy()
print("test l1: %.4f (mean picture: %.4f)" % (np.abs(pred - tgt[2300:]).mean(),
                                              np.abs(tgt[:2300].mean(0) - tgt[2300:]).mean()))
