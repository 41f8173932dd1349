"""A small CycleGAN that translates white-on-black digits to dark-on-paper ones and back, without pairs."""
import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import keras
import tensorflow as tf
from keras import layers

from digits import load_digits

keras.utils.set_random_seed(21)
STEPS = int(os.environ.get("STEPS", 700))
PER_EPOCH = 70
BATCH = 16
SIZE = 14


def shrink(images):
    n = len(images)
    return images.reshape(n, SIZE, 2, SIZE, 2).mean(axis=(2, 4))[..., None] / 255.0


def load_domains(count=4000):
    images, _ = load_digits("train", 2 * count)
    small = shrink(images).astype("float32")
    night = small[:count] * 2.0 - 1.0
    paper = (0.85 - 0.75 * small[count:]) * 2.0 - 1.0
    return night, paper


def build_generator(name):
    inputs = keras.Input((SIZE, SIZE, 1))
    x = layers.Conv2D(16, 3, padding="same", activation="relu")(inputs)
    y = layers.Conv2D(16, 3, padding="same", activation="relu")(x)
    x = layers.Add()([x, y])
    x = layers.Conv2D(16, 3, padding="same", activation="relu")(x)
    return keras.Model(inputs, layers.Conv2D(1, 3, padding="same", activation="tanh")(x), name=name)


def build_discriminator(name):
    inputs = keras.Input((SIZE, SIZE, 1))
    x = layers.Conv2D(16, 4, strides=2, padding="same")(inputs)
    x = layers.LeakyReLU(negative_slope=0.2)(x)
    x = layers.Conv2D(32, 4, strides=2, padding="same")(x)
    x = layers.LeakyReLU(negative_slope=0.2)(x)
    return keras.Model(inputs, layers.Conv2D(1, 3, padding="same")(x), name=name)


class CycleGan(keras.Model):
    def __init__(self, lambda_cycle=10.0, **kwargs):
        super().__init__(**kwargs)
        self.gen_g = build_generator("gen_G")  # X -> Y
        self.gen_f = build_generator("gen_F")  # Y -> X
        self.disc_x = build_discriminator("disc_X")
        self.disc_y = build_discriminator("disc_Y")
        self.lambda_cycle = lambda_cycle

    def compile(self, g_opt, f_opt, x_opt, y_opt):
        super().compile()
        self.g_opt, self.f_opt, self.x_opt, self.y_opt = g_opt, f_opt, x_opt, y_opt
        self.mse = keras.losses.MeanSquaredError()
        self.mae = keras.losses.MeanAbsoluteError()

    def disc_loss(self, real, fake):
        return 0.5 * (self.mse(tf.ones_like(real), real) + self.mse(tf.zeros_like(fake), fake))

    def train_step(self, batch):
        real_x, real_y = batch
        with tf.GradientTape(persistent=True) as tape:
            fake_y = self.gen_g(real_x, training=True)
            fake_x = self.gen_f(real_y, training=True)
            cycled_x = self.gen_f(fake_y, training=True)
            cycled_y = self.gen_g(fake_x, training=True)

            disc_real_x = self.disc_x(real_x, training=True)
            disc_fake_x = self.disc_x(fake_x, training=True)
            disc_real_y = self.disc_y(real_y, training=True)
            disc_fake_y = self.disc_y(fake_y, training=True)

            cycle_x = self.mae(real_x, fake_x) * self.lambda_cycle
            cycle_y = self.mae(real_y, fake_y) * self.lambda_cycle
            adv_g = self.mse(tf.ones_like(disc_fake_y), disc_fake_y)
            adv_f = self.mse(tf.ones_like(disc_fake_x), disc_fake_x)
            total_g = adv_g + cycle_x + cycle_y
            total_f = adv_f + cycle_x + cycle_y

            loss_x = self.disc_loss(disc_real_x, disc_fake_x)
            loss_y = self.disc_loss(disc_real_y, disc_fake_y)

        for net, loss, opt in (
            (self.gen_g, total_g, self.g_opt),
            (self.gen_f, total_f, self.f_opt),
            (self.disc_x, loss_x, self.x_opt),
            (self.disc_y, loss_y, self.y_opt),
        ):
            grads = tape.gradient(loss, net.trainable_variables)
            opt.apply_gradients(zip(grads, net.trainable_variables))
        return {"adv_G": adv_g, "adv_F": adv_f, "cycle": cycle_x + cycle_y, "D_X": loss_x, "D_Y": loss_y}


night, paper = load_domains()
dataset = tf.data.Dataset.zip(
    (
        tf.data.Dataset.from_tensor_slices(night).shuffle(4000, seed=1),
        tf.data.Dataset.from_tensor_slices(paper).shuffle(4000, seed=2),
    )
).batch(BATCH, drop_remainder=True).repeat()

model = CycleGan()
model.compile(*[keras.optimizers.Adam(1e-3, beta_1=0.5) for _ in range(4)])
model.fit(dataset, epochs=max(1, STEPS // PER_EPOCH), steps_per_epoch=min(PER_EPOCH, STEPS), verbose=2)

translated = model.gen_g.predict(night[:500], verbose=0)
print("mean brightness  paper:", paper.mean().round(3), " translated:", translated.mean().round(3))
