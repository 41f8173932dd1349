"""Class-conditional GAN with a projection discriminator (Miyato & Koyama), hinge loss, fit()."""
import os

import keras
import numpy as np
import tensorflow as tf
from keras import layers, ops

keras.utils.set_random_seed(12)

SIDE, CLASSES, ZDIM, BATCH = 10, 3, 12, 64
TOTAL_STEPS = min(3600, int(os.environ.get("STEPS", 3600)))


def toy_letters(n):
    """L, T and a slash, shifted and with random ink."""
    y = np.random.randint(0, CLASSES, n)
    x = np.zeros((n, SIDE, SIDE), "float32")
    for i, k in enumerate(y):
        r, c = np.random.randint(0, 4, 2)
        ink = np.random.uniform(0.7, 1.0)
        if k == 0:
            x[i, r:r + 6, c] = ink
            x[i, r + 5, c:c + 5] = ink
        elif k == 1:
            x[i, r, c:c + 6] = ink
            x[i, r:r + 6, c + 2:c + 4] = ink
        else:
            for j in range(6):
                x[i, r + 5 - j, c + j] = ink
    return x.reshape(n, -1) * 2 - 1, y.astype("int32")


def sn_dense(units):
    return layers.SpectralNormalization(layers.Dense(units))


class Generator(keras.Model):
    def __init__(self):
        super().__init__()
        self.embed = layers.Embedding(CLASSES, 8)
        self.body = keras.Sequential([
            layers.Dense(128, use_bias=False), layers.BatchNormalization(momentum=0.9), layers.ReLU(),
            layers.Dense(128, use_bias=False), layers.BatchNormalization(momentum=0.9), layers.ReLU(),
            layers.Dense(SIDE * SIDE, activation="tanh"),
        ])

    def call(self, inputs, training=False):
        z, y = inputs
        return self.body(ops.concatenate([z, self.embed(y)], axis=-1), training=training)


class ProjectionCritic(keras.Model):
    def __init__(self, width=128):
        super().__init__()
        self.features = keras.Sequential([
            sn_dense(width), layers.LeakyReLU(0.1), sn_dense(width), layers.LeakyReLU(0.1),
        ])
        self.out = sn_dense(1)
        self.class_vectors = layers.Embedding(CLASSES, width)

    def call(self, inputs, training=False):
        x, y = inputs
        h = self.features(x, training=training)
        v = self.class_vectors(y)
        return self.out(h, training=training)[:, 0] + ops.sum(h * v, axis=-1)


class ProjectionGAN(keras.Model):
    def __init__(self):
        super().__init__()
        self.gen, self.critic = Generator(), ProjectionCritic()

    def compile(self, g_opt, d_opt):
        super().compile()
        self.g_opt, self.d_opt = g_opt, d_opt

    def sample_inputs(self):
        z = tf.random.normal((BATCH, ZDIM))
        y = tf.random.uniform((BATCH,), 0, CLASSES, dtype="int32")
        return z, y

    def train_step(self, data):
        x, y = data
        z, fake_y = self.sample_inputs()
        with tf.GradientTape() as tape:
            fake = self.gen((z, fake_y), training=True)
            s_real = self.critic((x, y), training=True)
            s_fake = self.critic((fake, fake_y), training=True)
            d_loss = ops.mean(ops.relu(1 - s_real)) + ops.mean(ops.relu(1 + s_fake))
        grads = tape.gradient(d_loss, self.critic.trainable_variables)
        self.d_opt.apply(grads, self.critic.trainable_variables)

        z, fake_y = self.sample_inputs()
        with tf.GradientTape() as tape:
            fake = self.gen((z, fake_y), training=True)
            g_loss = -ops.mean(self.critic((fake, fake_y), training=False))
        grads = tape.gradient(g_loss, self.gen.trainable_variables)
        self.g_opt.apply(grads, self.gen.trainable_variables)
        return {"d_loss": d_loss, "g_loss": g_loss, "gap": ops.mean(s_real) - ops.mean(s_fake)}


x_train, y_train = toy_letters(8000)
ds = tf.data.Dataset.from_tensor_slices((x_train, y_train)).shuffle(8000).repeat()
ds = ds.batch(BATCH, drop_remainder=True)
gan = ProjectionGAN()
gan.compile(keras.optimizers.Adam(1e-3, beta_1=0.0, beta_2=0.9), keras.optimizers.Adam(2e-3, beta_1=0.0, beta_2=0.9))
per = min(600, TOTAL_STEPS)
gan.fit(ds, epochs=TOTAL_STEPS // per, steps_per_epoch=per, verbose=2)

for k in range(CLASSES):
    out = gan.gen((tf.random.normal((100, ZDIM)), tf.fill((100,), k)), training=False).numpy()
    print("class", k, "mean ink %.3f (data %.3f)" % (out.mean(), x_train[y_train == k].mean()))
