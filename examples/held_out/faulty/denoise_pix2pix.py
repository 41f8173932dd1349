"""pix2pix for 1-D signals: noisy strain gauge trace -> clean trace (conditional GAN + L1)."""
import os
import numpy as np
import tensorflow as tf
import keras
from keras import layers

keras.utils.set_random_seed(31)
rng = np.random.default_rng(31)

LEN = 64
LAMBDA = 20.0
BATCH = 32
STEPS = int(os.environ.get("STEPS", 1500))


def make_traces(n):
    t = np.arange(LEN)[None]
    clean = np.zeros((n, LEN))
    for _ in range(3):  # a few load steps per trace
        clean += rng.uniform(-0.5, 0.5, (n, 1)) / (1 + np.exp(-(t - rng.uniform(5, LEN - 5, (n, 1)))))
    noisy = clean + rng.normal(0, 0.12, clean.shape) + 0.15 * np.sin(2 * np.pi * t / 8 + rng.uniform(0, 6.28, (n, 1)))
    return noisy[..., None].astype("float32"), clean[..., None].astype("float32")


noisy, clean = make_traces(4000)
noisy_test, clean_test = make_traces(500)

inputs = tf.data.Dataset.from_tensor_slices(noisy).shuffle(4000).batch(BATCH, drop_remainder=True)
targets = tf.data.Dataset.from_tensor_slices(clean).shuffle(4000).batch(BATCH, drop_remainder=True)
train_ds = tf.data.Dataset.zip((inputs, targets)).repeat().prefetch(2)


def conv(h, ch, stride=1):
    h = layers.Conv1D(ch, 5, strides=stride, padding="same")(h)
    return layers.LeakyReLU(negative_slope=0.2)(h)


def Generator():
    x = layers.Input((LEN, 1))
    e1 = conv(x, 16)
    e2 = conv(e1, 32, 2)
    e3 = conv(e2, 48, 2)
    d2 = conv(layers.Concatenate()([layers.UpSampling1D()(e3), e2]), 32)
    d1 = conv(layers.Concatenate()([layers.UpSampling1D()(d2), e1]), 16)
    return keras.Model(x, layers.Conv1D(1, 5, padding="same")(d1))


def Discriminator():
    inp = layers.Input((LEN, 1))
    tar = layers.Input((LEN, 1))
    h = conv(layers.Concatenate()([inp, tar]), 16, 2)
    h = conv(h, 32, 2)
    return keras.Model([inp, tar], layers.Conv1D(1, 4, padding="same")(h))  # patches


generator, discriminator = Generator(), Discriminator()
gen_opt = keras.optimizers.Adam(5e-4, beta_1=0.5)
disc_opt = keras.optimizers.Adam(2e-4, beta_1=0.5)
bce = keras.losses.BinaryCrossentropy(from_logits=True)


@tf.function
def train_step(inp, tar):
    with tf.GradientTape() as gt, tf.GradientTape() as dt:
        out = generator(inp, training=True)
        real = discriminator([inp, tar], training=True)
        fake = discriminator([inp, out], training=True)
        gan_loss = bce(tf.ones_like(fake), fake)
        l1 = tf.reduce_mean(tf.abs(tar - out))
        gen_loss = gan_loss + LAMBDA * l1
        disc_loss = 0.5 * (bce(tf.ones_like(real), real) + bce(tf.zeros_like(fake), fake))
    gen_opt.apply_gradients(zip(gt.gradient(gen_loss, generator.trainable_variables), generator.trainable_variables))
    disc_opt.apply_gradients(zip(dt.gradient(disc_loss, discriminator.trainable_variables), discriminator.trainable_variables))
    return gan_loss, l1, disc_loss


for step, (a, b) in enumerate(train_ds.take(STEPS)):
    gan_loss, l1, disc_loss = train_step(a, b)
    if step % 250 == 0:
        print(f"step {step:5d}  gan {float(gan_loss):.3f}  l1 {float(l1):.4f}  disc {float(disc_loss):.3f}")

out = generator.predict(noisy_test, verbose=0)
print("test error of the noisy input %.4f" % np.abs(noisy_test - clean_test).mean())
print("test error of the generator   %.4f" % np.abs(out - clean_test).mean())
