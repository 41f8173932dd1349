"""Two half moons, learned in batches of six points with the relativistic pairing loss."""
import os

import keras
import numpy as np
import tensorflow as tf

keras.utils.set_random_seed(101)

STEPS = int(os.environ.get("STEPS", 5000))
BATCH = 6
REPORT = 500


def moons(n, rng):
    side = rng.integers(0, 2, n)
    angle = rng.uniform(0, np.pi, n)
    x = np.where(side == 0, np.cos(angle), 1.0 - np.cos(angle))
    y = np.where(side == 0, np.sin(angle), 0.5 - np.sin(angle))
    points = np.stack([x, y], axis=1) + rng.normal(0, 0.06, (n, 2))
    return points.astype("float32")


def perceptron(inputs, name):
    return keras.Sequential(
        [keras.Input((inputs,))]
        + [keras.layers.Dense(128, activation="leaky_relu") for _ in range(3)]
        + [keras.layers.Dense(2 if name == "painter" else 1)],
        name=name,
    )


painter = perceptron(2, "painter")
critic = perceptron(2, "critic")


def adam(rate):
    falling = keras.optimizers.schedules.CosineDecay(rate, STEPS, alpha=0.02)
    return keras.optimizers.Adam(falling, beta_1=0.5, beta_2=0.99, clipnorm=1.0)


painter_opt, critic_opt = adam(1e-3), adam(1e-3)


def latent():
    return tf.random.uniform((BATCH, 2), -1.0, 1.0)


@tf.function
def critic_step(real):
    fake = painter(latent())
    with tf.GradientTape() as tape:
        with tf.GradientTape(watch_accessed_variables=False) as slope_tape:
            slope_tape.watch(real)
            on_real = critic(real)
        slope = slope_tape.gradient(on_real, real)
        gap = on_real - critic(fake)
        pairing = tf.reduce_mean(tf.nn.softplus(-gap))
        loss = pairing + 0.01 * tf.reduce_mean(tf.reduce_sum(slope**2, axis=1))
    grads = tape.gradient(loss, critic.trainable_variables)
    critic_opt.apply_gradients(zip(grads, critic.trainable_variables))
    return pairing


@tf.function
def painter_step(real):
    with tf.GradientTape() as tape:
        gap = critic(painter(latent())) - critic(real)
        loss = tf.reduce_mean(tf.nn.softplus(-gap))
    grads = tape.gradient(loss, painter.trainable_variables)
    painter_opt.apply_gradients(zip(grads, painter.trainable_variables))
    return loss


def distance_to_moons(points):
    upper = np.abs(np.linalg.norm(points, axis=1) - 1.0) + np.maximum(-points[:, 1], 0)
    moved = points - np.array([1.0, 0.5])
    lower = np.abs(np.linalg.norm(moved, axis=1) - 1.0) + np.maximum(moved[:, 1], 0)
    return np.minimum(upper, lower).mean()


rng = np.random.default_rng(4)
points = tf.data.Dataset.from_tensor_slices(moons(10000, rng)).shuffle(10000).repeat().batch(BATCH)
c_sum = p_sum = 0.0
for i, real in enumerate(points.take(STEPS), start=1):
    c_sum += critic_step(real)
    if i % 3 == 0:
        p_sum += 3 * painter_step(real)
    if i % REPORT == 0 or i == STEPS:
        n = (i - 1) % REPORT + 1
        off = distance_to_moons(painter(tf.random.uniform((500, 2), -1.0, 1.0)).numpy())
        print(f"epoch {(i - 1) // REPORT + 1}: critic {c_sum / n:.3f}  painter {p_sum / n:.3f}  "
              f"off the moons {off:.3f}")
        c_sum = p_sum = 0.0
