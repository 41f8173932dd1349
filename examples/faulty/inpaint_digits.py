"""Context encoder: paint the hidden middle of a small digit. L1 + adversarial loss."""
import os
import sys
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf
from keras import layers

sys.path.append(str(Path(__file__).resolve().parent.parent))
from digits import load_digits

keras.utils.set_random_seed(123)


class Config:
    batch = 64
    code = 32
    l1_weight = 30.0
    lr_g = 1e-3
    lr_d = 2e-4
    steps = min(1500, int(os.environ.get("STEPS", 1500)))


def prepare(split, count):
    x, _ = load_digits(split, count)
    x = x.reshape(-1, 14, 2, 14, 2).mean(axis=(2, 4))
    return (x[..., None] / 127.5 - 1.0).astype("float32")


MASK = np.ones((1, 14, 14, 1), "float32")
MASK[:, 4:10, 4:10] = 0.0


class ContextEncoder:
    def __init__(self, cfg):
        self.cfg = cfg
        self.encoder = self.build_encoder()
        self.decoder = self.build_decoder()
        self.disc = self.build_disc()
        self.g_opt = keras.optimizers.Adam(cfg.lr_g, beta_1=0.5)
        self.d_opt = keras.optimizers.Adam(cfg.lr_d, beta_1=0.5)
        self.bce = keras.losses.BinaryCrossentropy(from_logits=True)

    def build_encoder(self):
        inp = keras.Input((14, 14, 1))
        x = layers.Conv2D(16, 3, strides=2, padding="same", activation="relu")(inp)
        x = layers.Conv2D(32, 3, strides=2, padding="same", activation="relu")(x)
        x = layers.Flatten()(x)
        return keras.Model(inp, layers.Dense(self.cfg.code)(x), name="encoder")

    def build_decoder(self):
        inp = keras.Input((self.cfg.code,))
        x = layers.Dense(7 * 7 * 32, activation="relu")(inp)
        x = layers.Reshape((7, 7, 32))(x)
        x = layers.Conv2DTranspose(16, 4, strides=2, padding="same", activation="relu")(x)
        return keras.Model(inp, layers.Conv2D(1, 3, padding="same", activation="tanh")(x), name="decoder")

    def build_disc(self):
        return keras.Sequential([
            keras.Input((14, 14, 1)),
            layers.Conv2D(16, 4, strides=2, padding="same"), layers.LeakyReLU(0.2),
            layers.Conv2D(32, 4, strides=2, padding="same"), layers.LeakyReLU(0.2),
            layers.Flatten(), layers.Dropout(0.3), layers.Dense(1)], name="disc")

    def inpaint(self, x, training=False):
        masked = x * MASK - (1.0 - MASK)
        return self.decoder(self.encoder(masked, training=training), training=training)

    @tf.function
    def train_step(self, x):
        with tf.GradientTape() as g_tape, tf.GradientTape() as d_tape:
            y = self.inpaint(x, training=True)
            d_real = self.disc(x, training=True)
            d_fake = self.disc(y, training=True)
            rec = tf.reduce_mean(tf.abs(y - x))
            g_loss = self.bce(tf.ones_like(d_fake), d_fake) + self.cfg.l1_weight * rec
            d_loss = self.bce(tf.ones_like(d_real), d_real) + self.bce(tf.zeros_like(d_fake), d_fake)
        g_vars = self.decoder.trainable_variables
        d_vars = self.disc.trainable_variables
        self.g_opt.apply_gradients(zip(g_tape.gradient(g_loss, g_vars), g_vars))
        self.d_opt.apply_gradients(zip(d_tape.gradient(d_loss, d_vars), d_vars))
        return g_loss, d_loss, rec


if __name__ == "__main__":
    cfg = Config()
    train = prepare("train", 20000)
    ds = tf.data.Dataset.from_tensor_slices(train).shuffle(20000, seed=1).repeat().batch(cfg.batch).take(cfg.steps)
    model = ContextEncoder(cfg)
    for step, batch in enumerate(ds):
        g, d, rec = model.train_step(batch)
        if step % 250 == 0:
            print(f"[{step:4d}] g {g:.3f}  d {d:.3f}  l1 {rec:.4f}")
    test = prepare("test", 1000)
    out = model.inpaint(test).numpy()
    hole = np.broadcast_to(MASK == 0, test.shape)
    print("test l1: all %.4f, hole %.4f" % (np.abs(out - test).mean(), np.abs(out - test)[hole].mean()))
