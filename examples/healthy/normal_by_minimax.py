"""The original minimax game on a bimodal one-dimensional distribution, with the logarithms written out."""
import os

import keras
import numpy as np
import tensorflow as tf
from keras import layers

keras.utils.set_random_seed(55)

STEPS = int(os.environ.get("STEPS", 2500))
EPOCHS = 25
BATCH = 64
EPS = 1e-7


def draw_data(n, rng):
    left = rng.random(n) < 0.35
    values = np.where(left, rng.normal(-1.0, 0.3, n), rng.normal(2.0, 0.6, n))
    return values.astype("float32")[:, None]


class MinimaxGame(keras.Model):
    """max over D, min over G of  E log D(x) + E log(1 - D(G(z)))."""

    def __init__(self, g_rounds=2):
        super().__init__()
        self.g_rounds = g_rounds
        self.generator = keras.Sequential(
            [keras.Input((1,)), layers.Dense(48, "softplus"), layers.Dense(48, "softplus"), layers.Dense(1)]
        )
        self.discriminator = keras.Sequential(
            [keras.Input((1,)), layers.Dense(64, "tanh"), layers.Dense(64, "tanh")]
            + [layers.Dense(1, "sigmoid")]
        )

    def compile(self, d_rate, g_rate):
        super().compile()
        self.d_rule = keras.optimizers.Adam(d_rate, beta_1=0.5)
        self.g_rule = keras.optimizers.Adam(g_rate, beta_1=0.5)

    def noise(self, n):
        return keras.random.uniform((n, 1), -1.0, 1.0)

    def value(self, real, fake):
        on_real = self.discriminator(real)
        on_fake = self.discriminator(fake)
        return tf.reduce_mean(tf.math.log(on_real + EPS)) + tf.reduce_mean(tf.math.log(1.0 - on_fake + EPS))

    def train_step(self, real):
        n = tf.shape(real)[0]
        theta_d = self.discriminator.trainable_variables
        with tf.GradientTape() as tape:
            v = self.value(real, self.generator(self.noise(n)))
        uphill = tape.gradient(v, theta_d)
        self.d_rule.apply_gradients([(-g, w) for g, w in zip(uphill, theta_d)])

        theta_g = self.generator.trainable_variables
        for _ in range(self.g_rounds):
            with tf.GradientTape() as tape:
                u = tf.reduce_mean(tf.math.log(1.0 - self.discriminator(self.generator(self.noise(n))) + EPS))
            self.g_rule.apply_gradients(zip(tape.gradient(u, theta_g), theta_g))
        return {"value": v, "g_part": u}


class Summary(keras.callbacks.Callback):
    def on_epoch_end(self, epoch, logs=None):
        x = self.model.generator(np.random.uniform(-1, 1, (2000, 1)).astype("float32")).numpy()
        print(f"epoch {epoch + 1:2d}  value {logs['value']:.3f}  generator {logs['g_part']:.3f}  "
              f"mean {x.mean():.2f}  std {x.std():.2f}  left share {(x < 0.3).mean():.2f}")


numbers = draw_data(20000, np.random.default_rng(0))
print(f"data: mean {numbers.mean():.2f}  std {numbers.std():.2f}  left share {(numbers < 0.3).mean():.2f}")
per_epoch = max(1, STEPS // EPOCHS)
data = tf.data.Dataset.from_tensor_slices(numbers).shuffle(20000).repeat().batch(BATCH)

game = MinimaxGame()
decay = keras.optimizers.schedules.CosineDecay(2e-3, STEPS, alpha=0.1)
game.compile(d_rate=decay, g_rate=keras.optimizers.schedules.CosineDecay(1e-3, 2 * STEPS, alpha=0.1))
game.fit(data, epochs=EPOCHS, steps_per_epoch=per_epoch, verbose=0, callbacks=[Summary()])
