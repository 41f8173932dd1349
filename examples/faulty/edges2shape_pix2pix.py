"""pix2pix toy: outline -> filled shape with a dark core. 16x16, small U-Net, PatchGAN."""
import os
import numpy as np
import tensorflow as tf
from tensorflow import keras
from tensorflow.keras import layers

tf.keras.utils.set_random_seed(3)
LAMBDA = 100
BATCH = 32
STEPS = min(1200, int(os.environ.get("STEPS", 1200)))


def make_pair(rng, n=16):
    yy, xx = np.mgrid[:n, :n]
    cx, cy = rng.uniform(5.5, 9.5, 2)
    rx, ry = rng.uniform(3, 5, 2)
    d = np.sqrt(((xx - cx) / rx) ** 2 + ((yy - cy) / ry) ** 2)
    outline = np.clip(1.8 - 8 * np.abs(d - 1), -0.9, 0.9)
    filled = np.clip(5 * (1 - d), -0.9, 0.9) - 0.9 * np.clip(3 - 6 * d, 0, 1)
    return outline, filled


def make_pairs(count, seed):
    rng = np.random.default_rng(seed)
    pairs = [make_pair(rng) for _ in range(count)]
    a = np.stack([p[0] for p in pairs])[..., None].astype("float32")
    b = np.stack([p[1] for p in pairs])[..., None].astype("float32")
    return a, b


def Generator():
    inp = layers.Input((16, 16, 1))
    d1 = layers.LeakyReLU(0.2)(layers.Conv2D(16, 4, 2, padding="same")(inp))
    d2 = layers.LeakyReLU(0.2)(layers.Conv2D(32, 4, 2, padding="same")(d1))
    d3 = layers.LeakyReLU(0.2)(layers.Conv2D(32, 4, 2, padding="same")(d2))
    u1 = layers.ReLU()(layers.Conv2DTranspose(32, 4, 2, padding="same")(d3))
    u1 = layers.Concatenate()([u1, d2])
    u2 = layers.ReLU()(layers.Conv2DTranspose(16, 4, 2, padding="same")(u1))
    u2 = layers.Concatenate()([u2, d1])
    out = layers.Conv2DTranspose(1, 4, 2, padding="same", activation="tanh")(u2)
    return keras.Model(inp, out)


def Discriminator():
    a = layers.Input((16, 16, 1))
    b = layers.Input((16, 16, 1))
    x = layers.Concatenate()([a, b])
    x = layers.LeakyReLU(0.2)(layers.Conv2D(16, 4, 2, padding="same")(x))
    x = layers.LeakyReLU(0.2)(layers.Conv2D(32, 4, 1, padding="same")(x))
    return keras.Model([a, b], layers.Conv2D(1, 4, padding="same")(x))


generator = Generator()
discriminator = Discriminator()
g_opt = keras.optimizers.Adam(7e-4, beta_1=0.5)
d_opt = keras.optimizers.Adam(1e-4, beta_1=0.5)
bce = keras.losses.BinaryCrossentropy(from_logits=True)


def generator_loss(disc_out, gen_out, target):
    gan = bce(tf.ones_like(disc_out), disc_out)
    l1 = tf.reduce_mean(tf.abs(target - gen_out))
    return gan + LAMBDA * l1, l1


@tf.function
def d_step(inp, target):
    fake = generator(inp, training=True)
    with tf.GradientTape() as tape:
        real_out = discriminator([inp, target], training=True)
        fake_out = discriminator([inp, fake], training=True)
        loss = 0.5 * (bce(tf.ones_like(real_out), real_out) + bce(tf.zeros_like(fake_out), fake_out))
    grads = tape.gradient(loss, discriminator.trainable_variables)
    d_opt.apply_gradients(zip(grads, discriminator.trainable_variables))
    return loss


@tf.function
def g_step(inp):
    with tf.GradientTape() as tape:
        fake = generator(inp, training=True)
        out = discriminator([inp, fake], training=True)
        loss, l1 = generator_loss(out, fake, inp)
    grads = tape.gradient(loss, generator.trainable_variables)
    g_opt.apply_gradients(zip(grads, generator.trainable_variables))
    return loss, l1


A, B = make_pairs(3000, 0)
ds = tf.data.Dataset.from_tensor_slices((A, B)).shuffle(3000).repeat().batch(BATCH).take(STEPS)
for i, (inp, target) in enumerate(ds):
    d = d_step(inp, target)
    g, l1 = g_step(inp)
    if i % 200 == 0:
        print(f"step {i}: disc {d:.3f} gen {g:.3f} (l1 {l1:.4f})")

test_a, test_b = make_pairs(200, 1)
pred = generator(test_a, training=False).numpy()
print("mean abs error on new outlines: %.3f" % np.abs(pred - test_b).mean())
