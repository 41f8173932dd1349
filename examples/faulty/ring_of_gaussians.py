"""The classic toy problem: eight Gaussians on a ring, learned by two small multilayer perceptrons."""
import os

import keras
import numpy as np
import tensorflow as tf

SEED = 5
MODES = 8
RADIUS = 2.0
SIGMA = 0.05
BATCH_SIZE = 128
EPOCHS = 20
STEPS = int(os.environ.get("STEPS", 3000))
STEPS_PER_EPOCH = max(1, STEPS // EPOCHS)

keras.utils.set_random_seed(SEED)


def ring(n, rng):
    angle = 2 * np.pi * rng.integers(0, MODES, n) / MODES
    centers = RADIUS * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    return (centers + SIGMA * rng.standard_normal((n, 2))).astype("float32")


def mlp(inputs, outputs, width=96, name=None):
    return keras.Sequential(
        [
            keras.layers.Input((inputs,)),
            keras.layers.Dense(width, activation="relu", kernel_initializer="he_normal"),
            keras.layers.Dense(width, activation="relu", kernel_initializer="he_normal"),
            keras.layers.Dense(outputs),
        ],
        name=name,
    )


def schedule(initial):
    return keras.optimizers.schedules.ExponentialDecay(
        initial, decay_steps=EPOCHS, decay_rate=0.9, staircase=True
    )


class ToyGAN:
    def __init__(self, latent=4):
        self.latent = latent
        self.g = mlp(latent, 2, name="toy_g")
        self.d = mlp(2, 1, name="toy_d")
        self.g_optimizer = keras.optimizers.Adam(schedule(1e-3), beta_1=0.5, beta_2=0.99)
        self.d_optimizer = keras.optimizers.Adam(schedule(1e-3), beta_1=0.5, beta_2=0.99)

    def sample(self, n):
        return self.g(tf.random.normal((n, self.latent)), training=False)

    @tf.function
    def train_on(self, points):
        z = tf.random.normal((tf.shape(points)[0], self.latent))
        with tf.GradientTape(persistent=True) as tape:
            fake = self.g(z, training=True)
            real_logit = self.d(points, training=True)
            fake_logit = self.d(fake, training=True)
            d_loss = tf.reduce_mean(
                tf.nn.sigmoid_cross_entropy_with_logits(tf.ones_like(real_logit), real_logit)
                + tf.nn.sigmoid_cross_entropy_with_logits(tf.zeros_like(fake_logit), fake_logit)
            )
            g_loss = tf.reduce_mean(
                tf.nn.sigmoid_cross_entropy_with_logits(tf.ones_like(fake_logit), fake_logit)
            )
        d_grads = tape.gradient(d_loss, self.d.trainable_variables)
        g_grads = tape.gradient(g_loss, self.g.trainable_variables)
        del tape
        self.d_optimizer.apply_gradients(zip(d_grads, self.d.trainable_variables))
        self.g_optimizer.apply_gradients(zip(g_grads, self.g.trainable_variables))
        return d_loss, g_loss


def covered(points):
    angle = 2 * np.pi * np.arange(MODES) / MODES
    centers = RADIUS * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    distance = np.linalg.norm(points[:, None] - centers[None], axis=-1)
    close = distance.min(axis=1) < 0.3
    return len(set(distance.argmin(axis=1)[close])), close.mean()


def main():
    rng = np.random.default_rng(SEED)
    points = ring(20000, rng)
    gan = ToyGAN()
    for epoch in range(1, EPOCHS + 1):
        d_total = g_total = 0.0
        for _ in range(STEPS_PER_EPOCH):
            d_loss, g_loss = gan.train_on(points[rng.integers(0, len(points), BATCH_SIZE)])
            d_total += float(d_loss)
            g_total += float(g_loss)
        modes, quality = covered(gan.sample(1000).numpy())
        print(f"Epoch {epoch:02d}/{EPOCHS} d_loss={d_total / STEPS_PER_EPOCH:.4f} "
              f"g_loss={g_total / STEPS_PER_EPOCH:.4f} modes={modes} near={quality:.2f}")
    return gan


if __name__ == "__main__":
    gan = main()
