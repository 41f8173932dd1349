"""GAN whose discriminator is a two-class classifier: class 0 means generated, class 1 means real."""
import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import keras
import numpy as np
import tensorflow as tf

from digits import load_digits

FAKE, REAL = 0, 1


class Maker(keras.Model):
    def __init__(self, size=784):
        super().__init__(name="maker")
        self.d1 = keras.layers.Dense(128)
        self.n1 = keras.layers.BatchNormalization()
        self.d2 = keras.layers.Dense(256)
        self.n2 = keras.layers.BatchNormalization()
        self.out = keras.layers.Dense(size, activation="tanh")

    def call(self, z, training=False):
        h = tf.nn.leaky_relu(self.n1(self.d1(z), training=training), alpha=0.2)
        h = tf.nn.leaky_relu(self.n2(self.d2(h), training=training), alpha=0.2)
        return self.out(h)


class Judge(keras.Model):
    def __init__(self):
        super().__init__(name="judge")
        self.d1 = keras.layers.Dense(192)
        self.d2 = keras.layers.Dense(96)
        self.drop = keras.layers.Dropout(0.4)
        self.out = keras.layers.Dense(2)

    def call(self, x, training=False):
        h = tf.nn.leaky_relu(self.d1(x), alpha=0.2)
        h = self.drop(h, training=training)
        h = tf.nn.leaky_relu(self.d2(h), alpha=0.2)
        return tf.nn.softmax(self.out(h), axis=0)


def verdict_loss(outputs, wanted):
    picked = tf.one_hot(wanted, 2) * tf.math.log(outputs + 1e-8)
    return -tf.reduce_mean(tf.reduce_sum(picked, axis=1))


class Trainer:
    def __init__(self, z_dim=24):
        self.z_dim = z_dim
        self.maker, self.judge = Maker(), Judge()
        self.judge(self.maker(tf.zeros((1, z_dim))))
        self.maker_opt = keras.optimizers.Adam(5e-4, beta_1=0.5)
        self.judge_opt = keras.optimizers.Adam(2e-4, beta_1=0.5)

    @tf.function(reduce_retracing=True)
    def update_judge(self, real):
        fake = self.maker(tf.random.normal([tf.shape(real)[0], self.z_dim]), training=True)
        with tf.GradientTape() as tape:
            on_real = self.judge(real, training=True)
            on_fake = self.judge(fake, training=True)
            loss = 0.5 * (verdict_loss(on_real, REAL) + verdict_loss(on_fake, FAKE))
        grads = tape.gradient(loss, self.judge.trainable_variables)
        self.judge_opt.apply_gradients(zip(grads, self.judge.trainable_variables))
        right = tf.concat([on_real[:, REAL] > 0.5, on_fake[:, FAKE] > 0.5], 0)
        return loss, tf.reduce_mean(tf.cast(right, tf.float32))

    @tf.function
    def update_maker(self, n):
        with tf.GradientTape() as tape:
            fake = self.maker(tf.random.normal([n, self.z_dim]), training=True)
            loss = verdict_loss(self.judge(fake, training=True), REAL)
        grads = tape.gradient(loss, self.maker.trainable_variables)
        self.maker_opt.apply_gradients(zip(grads, self.maker.trainable_variables))
        return loss

    def run(self, images, steps, batch=64, report=120):
        order = np.random.permutation(len(images))
        at, rows = 0, []
        for step in range(1, steps + 1):
            if at + batch > len(images):
                order, at = np.random.permutation(len(images)), 0
            real = images[order[at:at + batch]]
            at += batch
            j_loss, accuracy = self.update_judge(real)
            m_loss = self.update_maker(batch)
            rows.append((float(j_loss), float(accuracy), float(m_loss)))
            if step % report == 0 or step == steps:
                j, a, m = np.mean(rows, axis=0)
                print(f"epoch {-(-step // report):2d} | judge loss {j:.3f} acc {a:.2f} | maker loss {m:.3f}")
                rows = []


if __name__ == "__main__":
    keras.utils.set_random_seed(17)
    pictures, _ = load_digits("train", 20000)
    pictures = pictures.reshape(len(pictures), -1).astype(np.float32) / 127.5 - 1.0
    trainer = Trainer()
    trainer.run(pictures, int(os.environ.get("STEPS", 1200)))
