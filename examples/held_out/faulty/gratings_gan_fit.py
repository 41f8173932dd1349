"""Textures: sine gratings of random direction and phase, 10x10. GAN with R1, several D updates for each G update."""
import os
import keras
import numpy as np
import tensorflow as tf
from keras import layers

keras.utils.set_random_seed(31)
P, ZDIM, BS = 10, 8, 64
TOTAL = min(3000, int(os.environ.get("STEPS", 3000)))


def gratings(n):
    yy, xx = np.mgrid[0:P, 0:P] / P
    theta = np.random.uniform(0, np.pi, (n, 1, 1))
    phase = np.random.uniform(0, 2 * np.pi, (n, 1, 1))
    img = np.sin(2 * np.pi * 1.3 * (xx * np.cos(theta) + yy * np.sin(theta)) + phase)
    return img[..., None].astype("float32")


def build_g():
    z = keras.Input((ZDIM,))
    h = layers.Dense(128, activation="relu")(z)
    h = layers.Dense(128, activation="relu")(h)
    h = layers.Dense(P * P, activation="tanh")(h)
    return keras.Model(z, layers.Reshape((P, P, 1))(h), name="g")


def build_d():
    x = keras.Input((P, P, 1))
    h = layers.Flatten()(x)
    h = layers.Dense(128, activation="leaky_relu")(h)
    h = layers.Dense(128, activation="leaky_relu")(h)
    return keras.Model(x, layers.Dense(1)(h), name="d")


class TextureGAN(keras.Model):
    def __init__(self, disc_steps=2, r1_gamma=0.5, **kw):
        super().__init__(**kw)
        self.g = build_g()
        self.d = build_d()
        self.disc_steps = disc_steps
        self.r1_gamma = r1_gamma
        self.iteration = 0
        self.d_tracker = keras.metrics.Mean(name="d_loss")
        self.g_tracker = keras.metrics.Mean(name="g_loss")

    @property
    def metrics(self):
        return [self.d_tracker, self.g_tracker]

    def compile(self, lr):
        super().compile()
        self.d_opt = keras.optimizers.Adam(lr, beta_1=0.0, beta_2=0.99)
        self.g_opt = keras.optimizers.Adam(lr, beta_1=0.0, beta_2=0.99)
        self.d_opt.build(self.d.trainable_variables)
        self.g_opt.build(self.g.trainable_variables)

    def train_discriminator(self, real):
        fake = self.g(tf.random.normal((BS, ZDIM)), training=True)
        with tf.GradientTape() as tape:
            with tf.GradientTape() as r1_tape:
                r1_tape.watch(real)
                d_real = self.d(real, training=True)
            grad = r1_tape.gradient(d_real, real)
            r1 = tf.reduce_mean(tf.reduce_sum(grad**2, axis=[1, 2, 3]))
            d_fake = self.d(fake, training=True)
            loss = tf.reduce_mean(tf.nn.softplus(-d_real)) + tf.reduce_mean(tf.nn.softplus(d_fake))
            total = loss + 0.5 * self.r1_gamma * r1
        grads = tape.gradient(total, self.d.trainable_variables)
        self.d_opt.apply(grads, self.d.trainable_variables)
        self.d_tracker.update_state(loss)

    def train_generator(self):
        with tf.GradientTape() as tape:
            fake = self.g(tf.random.normal((BS, ZDIM)), training=True)
            loss = tf.reduce_mean(tf.nn.softplus(-self.d(fake, training=True)))
        grads = tape.gradient(loss, self.g.trainable_variables)
        self.g_opt.apply(grads, self.g.trainable_variables)
        return loss

    def train_step(self, real):
        self.train_discriminator(real)
        self.iteration += 1
        if self.iteration % self.disc_steps == 0:
            self.g_tracker.update_state(self.train_generator())
        return {m.name: m.result() for m in self.metrics}


textures = gratings(10000)
ds = tf.data.Dataset.from_tensor_slices(textures).shuffle(10000).repeat().batch(BS, drop_remainder=True)
gan = TextureGAN()
gan.compile(lr=1e-3)
per = min(500, TOTAL)
log = gan.fit(ds, epochs=TOTAL // per, steps_per_epoch=per, verbose=0)
for e, (a, b) in enumerate(zip(log.history["d_loss"], log.history["g_loss"])):
    print(f"epoch {e + 1}: d {a:.3f} g {b:.3f}")
out = gan.g.predict(np.random.randn(400, ZDIM), verbose=0)
print("rms of samples %.3f, of data %.3f" % (np.sqrt((out**2).mean()), np.sqrt((textures**2).mean())))
