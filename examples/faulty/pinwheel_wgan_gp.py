import os
import numpy as np
import tensorflow as tf
from tensorflow import keras

tf.keras.utils.set_random_seed(2)

LATENT_DIM = 2
BATCH_SIZE = 64
GP_WEIGHT = 1.0
N_CRITIC = 3
ITERATIONS = int(os.environ.get("STEPS", 2500))


def pinwheel(n, arms=5, rate=0.25):
    arm = np.random.randint(0, arms, n)
    radial = np.random.randn(n) * 0.3 + 1.2
    tang = np.random.randn(n) * 0.06
    angle = 2 * np.pi * arm / arms + rate * np.exp(radial)
    x = radial * np.cos(angle) - tang * np.sin(angle)
    y = radial * np.sin(angle) + tang * np.cos(angle)
    return np.stack([x, y], axis=1).astype("float32")


def critic_model():
    inputs = keras.Input(shape=(2,))
    x = keras.layers.Dense(128, activation="relu")(inputs)
    x = keras.layers.Dense(128, activation="relu")(x)
    return keras.Model(inputs, keras.layers.Dense(1)(x))


def generator_model():
    inputs = keras.Input(shape=(LATENT_DIM,))
    x = keras.layers.Dense(128, activation="relu")(inputs)
    x = keras.layers.Dense(128, activation="relu")(x)
    return keras.Model(inputs, keras.layers.Dense(2)(x))


generator = generator_model()
critic = critic_model()
g_optimizer = keras.optimizers.Adam(5e-4, beta_1=0.5, beta_2=0.9)
c_optimizer = keras.optimizers.Adam(5e-4, beta_1=0.5, beta_2=0.9)


def sample_noise(batch_size):
    return np.random.normal(0.0, 1.0, (batch_size, LATENT_DIM)).astype("float32")


def gradient_penalty(real, fake):
    eps = tf.random.uniform((BATCH_SIZE, 1))
    mixed = eps * real + (1.0 - eps) * fake
    with tf.GradientTape() as t:
        t.watch(mixed)
        out = critic(mixed)
    norm = tf.sqrt(tf.reduce_sum(tf.square(t.gradient(out, mixed)), axis=1) + 1e-12)
    return tf.reduce_mean((norm - 1.0) ** 2)


@tf.function
def train_critic(real):
    with tf.GradientTape() as tape:
        fake = generator(sample_noise(BATCH_SIZE))
        loss = tf.reduce_mean(critic(fake)) - tf.reduce_mean(critic(real))
        total = loss + GP_WEIGHT * gradient_penalty(real, fake)
    c_optimizer.apply_gradients(zip(tape.gradient(total, critic.trainable_variables), critic.trainable_variables))
    return loss


@tf.function
def train_generator():
    with tf.GradientTape() as tape:
        loss = -tf.reduce_mean(critic(generator(sample_noise(BATCH_SIZE))))
    g_optimizer.apply_gradients(zip(tape.gradient(loss, generator.trainable_variables), generator.trainable_variables))
    return loss


data = pinwheel(10000)
dataset = iter(tf.data.Dataset.from_tensor_slices(data).shuffle(10000).repeat().batch(BATCH_SIZE))

for it in range(1, ITERATIONS + 1):
    for _ in range(N_CRITIC):
        c_loss = train_critic(next(dataset))
    g_loss = train_generator()
    if it % 250 == 0:
        print(f"{it:5d} critic {c_loss.numpy():.4f} generator {g_loss.numpy():.4f}")

fake = generator(sample_noise(2000)).numpy()
real = data[:2000]
dist = np.linalg.norm(fake[:, None, :] - real[None, :, :], axis=-1)
print("sample -> nearest real %.3f, real -> nearest sample %.3f" % (dist.min(1).mean(), dist.min(0).mean()))
print("samples far (> 0.15) from any real point: %.1f %%" % (100 * (dist.min(1) > 0.15).mean()))
print("real points far (> 0.15) from any sample: %.1f %%" % (100 * (dist.min(0) > 0.15).mean()))
