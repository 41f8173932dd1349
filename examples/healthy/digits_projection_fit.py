"""Conditional GAN on digits: projection discriminator, spectral norm, hinge loss, keras fit."""
import os
import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parent.parent))
import keras
import numpy as np
import tensorflow as tf
from digits import load_digits
from keras import layers

keras.utils.set_random_seed(19)
NZ, NCLASS, BATCH = 24, 10, 64
STEPS = int(os.environ.get("STEPS", 2600))

x, y = load_digits(count=20000)
x = x.reshape(-1, 784).astype("float32") / 127.5 - 1
y = y.astype("int32")
ds = tf.data.Dataset.from_tensor_slices((x, y)).shuffle(20000).repeat().batch(BATCH)


class CondGAN(keras.Model):
    def __init__(self):
        super().__init__()
        z, c = keras.Input((NZ,)), keras.Input((), dtype="int32")
        h = layers.Concatenate()([z, layers.Embedding(NCLASS, 16)(c)])
        h = layers.Dense(192, activation="relu")(h)
        h = layers.Dense(256, activation="relu")(h)
        self.gen = keras.Model([z, c], layers.Dense(784, activation="tanh")(h))

        im, c = keras.Input((784,)), keras.Input((), dtype="int32")
        h = layers.SpectralNormalization(layers.Dense(192))(im)
        h = layers.LeakyReLU(negative_slope=0.1)(h)
        h = layers.SpectralNormalization(layers.Dense(128))(h)
        h = layers.LeakyReLU(negative_slope=0.1)(h)
        # score = w.h + <embedding of the class, h>
        score = layers.Add()([layers.Dense(1)(h), layers.Dot(1)([layers.Embedding(NCLASS, 128)(c), h])])
        self.dis = keras.Model([im, c], score)

    def compile(self, **kw):
        super().compile(**kw)
        self.g_opt = keras.optimizers.Adam(2e-4, beta_1=0.0, beta_2=0.9)
        self.d_opt = keras.optimizers.Adam(4e-4, beta_1=0.0, beta_2=0.9)

    def train_step(self, batch):
        im, c = batch
        n = tf.shape(c)[0]
        with tf.GradientTape() as tape:
            fake = self.gen([tf.random.normal((n, NZ)), c], training=True)
            d_loss = tf.reduce_mean(tf.nn.relu(1 - self.dis([im, c], training=True))) + \
                tf.reduce_mean(tf.nn.relu(1 + self.dis([fake, c], training=True)))
        self.d_opt.apply(tape.gradient(d_loss, self.dis.trainable_variables), self.dis.trainable_variables)
        # other random classes for the generator's turn
        c2 = tf.random.uniform((n,), 0, NCLASS, dtype=tf.int32)
        with tf.GradientTape() as tape:
            fake = self.gen([tf.random.normal((n, NZ)), c2], training=True)
            g_loss = -tf.reduce_mean(self.dis([fake, c2], training=True))
        self.g_opt.apply(tape.gradient(g_loss, self.gen.trainable_variables), self.gen.trainable_variables)
        return {"d": d_loss, "g": g_loss}


gan = CondGAN()
gan.compile()
epochs = 4 if STEPS >= 4 else 1
gan.fit(ds, epochs=epochs, steps_per_epoch=STEPS // epochs, verbose=2)

# nearest class mean as a simple reader
means = np.stack([x[y == k].mean(0) for k in range(NCLASS)])
want = np.repeat(np.arange(NCLASS), 50).astype("int32")
made = gan.gen.predict([np.random.normal(size=(500, NZ)).astype("float32"), want], verbose=0)


def read(a):
    return ((a[:, None] - means[None]) ** 2).sum(-1).argmin(1)


print("class read as asked: generated %.2f, real digits %.2f" % ((read(made) == want).mean(), (read(x[:2000]) == y[:2000]).mean()))
print("mean pixel %.3f (data %.3f)" % (made.mean(), x.mean()))
print("spread inside a class %.3f (data %.3f)" % (
    np.mean([made[want == k].std(0).mean() for k in range(NCLASS)]),
    np.mean([x[y == k].std(0).mean() for k in range(NCLASS)])))
