# pix2pix, toy version: outline drawing (1 channel) -> filled and shaded drawing. 16x16 so it is quick.
import os
import numpy as np
import tensorflow as tf
import keras
from keras import layers

keras.utils.set_random_seed(7)
STEPS = int(os.environ.get("STEPS", 1500))
LAMBDA = 50
B = 16
SZ = 16


def draw(n, rng):
    yy, xx = np.mgrid[:SZ, :SZ].astype("float32")
    inp = np.full((n, SZ, SZ, 1), -0.8, "float32")
    tar = np.full((n, SZ, SZ, 1), -0.8, "float32")
    for i in range(n):
        cx, cy = rng.uniform(5, 10, 2)
        r = rng.uniform(3, 5)
        if rng.random() < 0.5:
            d = np.hypot(xx - cx, yy - cy)
        else:
            d = np.maximum(abs(xx - cx), abs(yy - cy))
        inside, edge = d <= r, abs(d - r) < 0.7
        # light comes from above: bright top, darker bottom
        shade = 0.8 - 1.2 * (yy - (cy - r)) / (2 * r)
        tar[i, inside, 0] = shade[inside]
        inp[i, edge, 0] = 0.8
    return inp, np.clip(tar, -0.8, 0.8)


def load_train(inp, tar):
    # random mirroring
    inp = tf.image.random_flip_left_right(inp)
    tar = tf.image.random_flip_left_right(tar)
    return inp, tar


rng = np.random.default_rng(7)
x_train, y_train = draw(1500, rng)
x_test, y_test = draw(100, rng)
train_ds = tf.data.Dataset.from_tensor_slices((x_train, y_train)).shuffle(1500).map(load_train).batch(B, drop_remainder=True).repeat()


def down(f):
    return keras.Sequential([layers.Conv2D(f, 4, 2, "same"), layers.LeakyReLU(0.2)])


def Generator():
    inputs = layers.Input((SZ, SZ, 1))
    d1 = down(16)(inputs)  # 8
    d2 = down(32)(d1)  # 4
    d3 = down(64)(d2)  # 2
    u = layers.Conv2DTranspose(32, 4, 2, "same", activation="relu")(d3)
    u = layers.Concatenate()([u, d2])
    u = layers.Conv2DTranspose(16, 4, 2, "same", activation="relu")(u)
    u = layers.Concatenate()([u, d1])
    out = layers.Conv2DTranspose(1, 4, 2, "same", activation="tanh")(u)
    return keras.Model(inputs, out)


def Discriminator():
    inp = layers.Input((SZ, SZ, 1), name="input_image")
    tar = layers.Input((SZ, SZ, 1), name="target_image")
    x = layers.Concatenate()([inp, tar])
    x = down(16)(x)
    x = down(32)(x)
    out = layers.Conv2D(1, 3, 1, "same")(x)  # patches
    return keras.Model([inp, tar], out)


generator, discriminator = Generator(), Discriminator()
bce = keras.losses.BinaryCrossentropy(from_logits=True)
g_opt = keras.optimizers.Adam(5e-4, beta_1=0.5)
d_opt = keras.optimizers.Adam(2e-4, beta_1=0.5)


@tf.function
def train_step(input_image, target):
    with tf.GradientTape() as gen_tape, tf.GradientTape() as disc_tape:
        gen_output = generator(input_image, training=True)
        disc_real = discriminator([input_image, target], training=True)
        disc_fake = discriminator([input_image, gen_output], training=True)
        gan_loss = bce(tf.ones_like(disc_fake), disc_fake)
        l1_loss = tf.reduce_mean(tf.abs(target - gen_output))
        gen_total_loss = gan_loss + LAMBDA * l1_loss
        disc_loss = bce(tf.ones_like(disc_real), disc_real) + bce(tf.zeros_like(disc_fake), disc_fake)
    g_opt.apply_gradients(
        zip(gen_tape.gradient(gen_total_loss, generator.trainable_variables), generator.trainable_variables))
    d_opt.apply_gradients(
        zip(disc_tape.gradient(disc_loss, discriminator.trainable_variables), discriminator.trainable_variables))
    return gan_loss, l1_loss, disc_loss


for step, (a, b) in enumerate(train_ds.take(STEPS)):
    gan, l1, d = train_step(a, b)
    if step % 250 == 0:
        print("step", step, "gan %.3f  l1 %.3f  disc %.3f" % (gan, l1, d))

pred = generator(x_test, training=False).numpy()
print("test L1:", np.abs(pred - y_test).mean())
