"""WGAN with one-sided gradient penalty (WGAN-LP) on pictures of bars. Model subclass, fit."""
import os
import keras
import numpy as np
import tensorflow as tf
from keras import layers

keras.utils.set_random_seed(55)
N, LAT, B = 12, 12, 64
LIMIT = min(2000, int(os.environ.get("STEPS", 2000)))


def bars(n):
    x = np.zeros((n, N, N, 1), np.float32)
    for img in x:
        p, w = np.random.randint(1, 8), np.random.randint(2, 5)
        grey = np.random.uniform(0.6, 1)
        if np.random.rand() < 0.5:
            img[p:p + w] = grey
        else:
            img[:, p:p + w] = grey
    return x


def generator():
    return keras.Sequential([
        layers.Input((LAT,)),
        layers.Dense(128, activation="relu"),
        layers.Dense(128, activation="relu"),
        layers.Dense(N * N, activation="sigmoid"),
        layers.Reshape((N, N, 1)),
    ])


def critic():
    return keras.Sequential([
        layers.Input((N, N, 1)),
        layers.Flatten(),
        layers.Dense(128), layers.LayerNormalization(), layers.LeakyReLU(0.2),
        layers.Dense(128), layers.LeakyReLU(0.2),
        layers.Dense(1),
    ])


class WGANLP(keras.Model):
    def __init__(self, n_critic=3, weight=10.0):
        super().__init__()
        self.gen, self.cri = generator(), critic()
        self.n_critic, self.weight = n_critic, weight

    def compile(self, **kwargs):
        super().compile()
        self.gen_opt = keras.optimizers.Adam(**kwargs)
        self.cri_opt = keras.optimizers.Adam(**kwargs)

    def penalty(self, real, fake):
        eps = tf.random.uniform((B, 1, 1, 1))
        mix = eps * real + (1 - eps) * fake
        with tf.GradientTape() as t:
            t.watch(mix)
            s = self.cri(mix, training=True)
        slope = tf.sqrt(tf.reduce_sum(t.gradient(s, mix) ** 2, axis=(1, 2, 3)) + 1e-10)
        return tf.reduce_mean(tf.maximum(slope - 1.0, 0.0) ** 2)   # only slopes above 1 cost

    def train_step(self, real):
        # all critic updates of a step use the same real batch, with new noise each
        for _ in range(self.n_critic):
            fake = self.gen(tf.random.normal((B, LAT)), training=True)
            with tf.GradientTape() as t:
                distance = tf.reduce_mean(self.cri(real, training=True)) - tf.reduce_mean(self.cri(fake, training=True))
                c_loss = -distance + self.weight * self.penalty(real, fake)
            self.cri_opt.apply_gradients(zip(t.gradient(c_loss, self.cri.trainable_variables),
                                             self.cri.trainable_variables))
        with tf.GradientTape() as t:
            g_loss = -tf.reduce_mean(self.cri(self.gen(tf.random.normal((B, LAT)), training=True), training=True))
        self.gen_opt.apply_gradients(zip(t.gradient(g_loss, self.gen.trainable_variables),
                                         self.gen.trainable_variables))
        return {"distance": distance, "c_loss": c_loss, "g_loss": g_loss}


pictures = bars(6000)
ds = tf.data.Dataset.from_tensor_slices(pictures).shuffle(6000).repeat().batch(B, drop_remainder=True)
wgan = WGANLP()
wgan.compile(learning_rate=1e-3, beta_1=0.0, beta_2=0.9)
chunk = min(400, LIMIT)
wgan.fit(ds, epochs=LIMIT // chunk, steps_per_epoch=chunk, verbose=2)
out = wgan.gen.predict(np.random.randn(300, LAT), verbose=0)
print("mean grey: samples %.3f data %.3f" % (out.mean(), pictures.mean()))
