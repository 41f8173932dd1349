"""Class conditional digits 0-4 (14x14), projection discriminator with spectral normalisation, hinge loss."""
import os
import sys
from pathlib import Path
import numpy as np
import tensorflow as tf
import keras
from keras import layers

sys.path.append(str(Path(__file__).resolve().parent.parent))
from digits import load_digits

keras.utils.set_random_seed(10)
NCLS, ZDIM, BS = 5, 24, 64
TOTAL = int(os.environ.get("STEPS", 3000))

images, labels = load_digits("train", 20000)
keep = labels < NCLS
images, labels = images[keep], labels[keep]
images = images.reshape(-1, 14, 2, 14, 2).mean(axis=(2, 4)) / 255.0
images = images.reshape(-1, 196).astype("float32")          # 0..1, the generator ends in a sigmoid


class Gen(keras.Model):
    def __init__(self):
        super().__init__()
        self.embed = layers.Embedding(NCLS, 16)
        self.h1 = layers.Dense(192, activation="relu")
        self.h2 = layers.Dense(192, activation="relu")
        self.out = layers.Dense(196, activation="sigmoid")

    def call(self, inputs):
        z, y = inputs
        h = tf.concat([z, self.embed(y)], axis=-1)
        return self.out(self.h2(self.h1(h)))


class Disc(keras.Model):
    def __init__(self):
        super().__init__()
        sn = layers.SpectralNormalization
        self.h1 = sn(layers.Dense(192))
        self.h2 = sn(layers.Dense(96))
        self.score = sn(layers.Dense(1))
        self.embed = layers.Embedding(NCLS, 96)

    def call(self, inputs, training=False):
        x, y = inputs
        h = tf.nn.leaky_relu(self.h1(x * 2 - 1, training=training), 0.1)
        h = tf.nn.leaky_relu(self.h2(h, training=training), 0.1)
        return self.score(h, training=training)[:, 0] + tf.reduce_sum(self.embed(y) * h, axis=-1)


G, D = Gen(), Disc()
_ = D([G([tf.zeros((1, ZDIM)), tf.zeros((1,), tf.int32)]), tf.zeros((1,), tf.int32)])
og = keras.optimizers.Adam(2e-4, beta_1=0.0, beta_2=0.9)
od = keras.optimizers.Adam(4e-4, beta_1=0.0, beta_2=0.9)


@tf.function
def iteration(x, y):
    yf = tf.random.uniform((BS,), 0, NCLS, tf.int32)
    with tf.GradientTape() as t:
        xf = G([tf.random.normal((BS, ZDIM)), yf])
        ld = tf.reduce_mean(tf.nn.relu(1 - D([x, y], training=True))) + tf.reduce_mean(tf.nn.relu(1 + D([xf, yf], training=True)))
    od.apply_gradients(zip(t.gradient(ld, D.trainable_variables), D.trainable_variables))
    yf = tf.random.uniform((BS,), 0, NCLS, tf.int32)
    with tf.GradientTape() as t:
        lg = -tf.reduce_mean(D([G([tf.random.normal((BS, ZDIM)), yf]), yf], training=True))
    og.apply_gradients(zip(t.gradient(lg, G.trainable_variables), G.trainable_variables))
    return ld, lg


rng = np.random.default_rng(10)
for it in range(TOTAL):
    i = rng.integers(0, len(images), BS)
    ld, lg = iteration(tf.constant(images[i]), tf.constant(labels[i]))
    if it % 500 == 0:
        print("it %d ld %.3f lg %.3f" % (it, ld, lg))

# nearest class mean of the generated digits
means = np.stack([images[labels == k].mean(0) for k in range(NCLS)])
ask = np.repeat(np.arange(NCLS), 100).astype("int32")
s = G([tf.random.normal((500, ZDIM)), tf.constant(ask)]).numpy()
own = ((s[:, None] - means[None]) ** 2).sum(-1).argmin(1)
ref = ((images[:, None] - means[None]) ** 2).sum(-1).argmin(1)
print("class agreement generated %.3f, real %.3f" % ((own == ask).mean(), (ref == labels).mean()))
print("pixel std within class: generated %.3f real %.3f" % (np.mean([s[ask == k].std(0).mean() for k in range(NCLS)]),
                                                            np.mean([images[labels == k].std(0).mean() for k in range(NCLS)])))
