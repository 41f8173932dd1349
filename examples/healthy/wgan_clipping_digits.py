"""WGAN with weight clipping on 14x14 digits; each compiled step fetches its own batches from the iterator."""
import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import keras
import tensorflow as tf

from digits import load_digits

keras.utils.set_random_seed(77)

STEPS = int(os.environ.get("STEPS", 1000))
N_CRITIC = 5
CLIP = 0.03
BATCH = 64
Z = 20
SIDE = 14


class ClipTo(keras.constraints.Constraint):
    def __init__(self, limit):
        self.limit = limit

    def __call__(self, w):
        return keras.ops.clip(w, -self.limit, self.limit)

    def get_config(self):
        return {"limit": self.limit}


def dense_critic():
    small = keras.initializers.RandomNormal(stddev=0.02)
    tight = dict(kernel_constraint=ClipTo(CLIP), bias_constraint=ClipTo(CLIP), kernel_initializer=small)
    x = inputs = keras.Input((SIDE * SIDE,))
    for units in (200, 200):
        x = keras.layers.Dense(units, **tight)(x)
        x = keras.layers.LeakyReLU(negative_slope=0.2)(x)
    return keras.Model(inputs, keras.layers.Dense(1, **tight)(x), name="critic")


def dense_generator():
    x = inputs = keras.Input((Z,))
    for units in (128, 200):
        x = keras.layers.Dense(units)(x)
        x = keras.layers.BatchNormalization()(x)
        x = keras.layers.ReLU()(x)
    return keras.Model(inputs, keras.layers.Dense(SIDE * SIDE, activation="tanh")(x), name="generator")


critic, generator = dense_critic(), dense_generator()
critic_opt = keras.optimizers.RMSprop(5e-4)
generator_opt = keras.optimizers.RMSprop(5e-4)


def wasserstein(sign, score):
    """sign is -1 for data and +1 for generated rows; the critic minimises the sum."""
    return tf.reduce_mean(sign * score)


def read(count=20000):
    images, _ = load_digits("train", count)
    floats = tf.image.resize(images[..., None], (SIDE, SIDE), method="area") / 127.5 - 1.0
    return tf.reshape(floats, (count, SIDE * SIDE))


rows = tf.data.Dataset.from_tensor_slices(read()).shuffle(20000).repeat().batch(BATCH, drop_remainder=True)
iterator = iter(rows.prefetch(8))


@tf.function
def step():
    distance = 0.0
    for _ in range(N_CRITIC):
        real = next(iterator)
        fake = generator(tf.random.normal((BATCH, Z)), training=True)
        with tf.GradientTape() as tape:
            loss = wasserstein(-1.0, critic(real)) + wasserstein(1.0, critic(fake))
        grads = tape.gradient(loss, critic.trainable_weights)
        critic_opt.apply_gradients(zip(grads, critic.trainable_weights))
        distance -= loss / N_CRITIC

    with tf.GradientTape() as tape:
        g_loss = wasserstein(-1.0, critic(generator(tf.random.normal((BATCH, Z)), training=True)))
    grads = tape.gradient(g_loss, generator.trainable_weights)
    generator_opt.apply_gradients(zip(grads, generator.trainable_weights))
    return distance, g_loss


EPOCH = 100
sum_w = sum_g = 0.0
for i in range(1, STEPS + 1):
    w, g = step()
    sum_w += float(w)
    sum_g += float(g)
    if i % EPOCH == 0 or i == STEPS:
        n = (i - 1) % EPOCH + 1
        print(f"epoch {(i - 1) // EPOCH + 1:2d}  distance {sum_w / n:8.4f}  generator {sum_g / n:8.4f}")
        sum_w = sum_g = 0.0
