"""Conditional GAN: draws a square, a disc, a cross or stripes on request. Keras fit + tf.data."""
import os
import numpy as np
import tensorflow as tf
import keras
from keras import layers

SEED = 42
keras.utils.set_random_seed(SEED)
S, K, LATENT, BATCH = 12, 4, 8, 64
EPOCHS, PER_EPOCH = 15, 200
if "STEPS" in os.environ:
    EPOCHS = min(EPOCHS, int(os.environ["STEPS"]))
    PER_EPOCH = max(1, min(PER_EPOCH, int(os.environ["STEPS"]) // EPOCHS))


def draw_shape(label):
    img = np.zeros((S, S), "float32")
    cy, cx = np.random.randint(5, 8, 2)
    r = np.random.randint(3, 5)
    yy, xx = np.mgrid[0:S, 0:S]
    if label == 0:
        img[(abs(yy - cy) < r) & (abs(xx - cx) < r)] = 1
    elif label == 1:
        img[(yy - cy) ** 2 + (xx - cx) ** 2 < r * r + 1] = 1
        img[(yy - cy) ** 2 + (xx - cx) ** 2 < (r - 1) ** 2] = 0
    elif label == 2:
        img[cy, :] = 1
        img[:, cx] = 1
    else:
        img[(yy + cy) % 4 < 2] = 1
    return img


labels = np.random.randint(0, K, 8000)
images = np.stack([draw_shape(k) for k in labels])[..., None]

ds_images = tf.data.Dataset.from_tensor_slices(images).map(lambda im: im * 2.0 - 1.0)
ds_labels = tf.data.Dataset.from_tensor_slices(labels).map(lambda l: tf.one_hot(l, K))
ds_images = ds_images.shuffle(8000).repeat().batch(BATCH)
ds_labels = ds_labels.shuffle(8000).repeat().batch(BATCH)
dataset = tf.data.Dataset.zip((ds_images, ds_labels)).prefetch(2)


def build_generator():
    z = layers.Input((LATENT,))
    y = layers.Input((K,))
    h = layers.Concatenate()([z, y])
    for width in (128, 256):
        h = layers.Dense(width)(h)
        h = layers.BatchNormalization(momentum=0.9)(h)
        h = layers.ReLU()(h)
    h = layers.Dense(S * S, activation="tanh")(h)
    return keras.Model([z, y], layers.Reshape((S, S, 1))(h))


def build_discriminator():
    x = layers.Input((S, S, 1))
    y = layers.Input((K,))
    h = layers.Concatenate()([layers.Flatten()(x), y])
    for width in (192, 96):
        h = layers.Dense(width)(h)
        h = layers.LeakyReLU(negative_slope=0.2)(h)
        h = layers.Dropout(0.3)(h)
    return keras.Model([x, y], layers.Dense(1)(h))


class ConditionalGAN(keras.Model):
    def __init__(self, generator, discriminator):
        super().__init__()
        self.generator, self.discriminator = generator, discriminator

    def compile(self, d_optimizer, g_optimizer, loss_fn):
        super().compile()
        self.d_optimizer, self.g_optimizer, self.loss_fn = d_optimizer, g_optimizer, loss_fn

    def train_step(self, data):
        images, onehot = data
        n = tf.shape(images)[0]
        fake = self.generator([tf.random.normal((n, LATENT)), onehot], training=True)
        with tf.GradientTape() as tape:
            pr = self.discriminator([images, onehot], training=True)
            pf = self.discriminator([fake, onehot], training=True)
            d_loss = 0.5 * (self.loss_fn(tf.ones_like(pr), pr) + self.loss_fn(tf.zeros_like(pf), pf))
        w = self.discriminator.trainable_weights
        self.d_optimizer.apply_gradients(zip(tape.gradient(d_loss, w), w))

        with tf.GradientTape() as tape:
            fake = self.generator([tf.random.normal((n, LATENT)), onehot], training=True)
            pf = self.discriminator([fake, onehot], training=True)
            g_loss = self.loss_fn(tf.ones_like(pf), pf)
        w = self.generator.trainable_weights
        self.g_optimizer.apply_gradients(zip(tape.gradient(g_loss, w), w))
        return {"d_loss": d_loss, "g_loss": g_loss}


cgan = ConditionalGAN(build_generator(), build_discriminator())
cgan.compile(
    keras.optimizers.Adam(3e-4, beta_1=0.5),
    keras.optimizers.Adam(6e-4, beta_1=0.5),
    keras.losses.BinaryCrossentropy(from_logits=True),
)
cgan.fit(dataset, epochs=EPOCHS, steps_per_epoch=PER_EPOCH, verbose=2)

for k in range(K):
    y = np.tile(np.eye(K, dtype="float32")[k], (50, 1))
    out = cgan.generator.predict([np.random.randn(50, LATENT), y], verbose=0)
    print("class", k, "filled: samples %.3f data %.3f" % ((out > 0).mean(), images[labels == k].mean()))
