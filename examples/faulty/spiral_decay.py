"""Spiral points. Non-saturating GAN, learning rate falls over the epochs."""
import os

import keras
import numpy as np
import tensorflow as tf
from keras import layers

keras.utils.set_random_seed(8)
rng = np.random.default_rng(8)

n_train = 8192
batch_size = 128
steps_per_epoch = n_train // batch_size
epochs = 70
max_steps = int(os.environ.get("STEPS", epochs * steps_per_epoch))

t = np.sqrt(rng.uniform(0.1, 1, n_train)) * 1.6 * np.pi
points = np.stack([t * np.cos(t), t * np.sin(t)], 1) / 5 + rng.normal(0, 0.02, (n_train, 2))
points = points.astype("float32")

dataset = tf.data.Dataset.from_tensor_slices(points).shuffle(n_train).batch(batch_size, drop_remainder=True)

# learning rate times 0.9 every 2 epochs
g_lr = keras.optimizers.schedules.ExponentialDecay(1e-3, decay_steps=2, decay_rate=0.9)
d_lr = keras.optimizers.schedules.ExponentialDecay(1e-3, decay_steps=2 * steps_per_epoch, decay_rate=0.9)
g_optimizer = keras.optimizers.Adam(g_lr, beta_1=0.5)
d_optimizer = keras.optimizers.Adam(d_lr, beta_1=0.5)

generator = keras.Sequential([
    keras.Input((8,)),
    layers.Dense(128, activation="relu"),
    layers.Dense(128, activation="relu"),
    layers.Dense(2),
])
discriminator = keras.Sequential([
    keras.Input((2,)),
    layers.Dense(128, activation="leaky_relu"),
    layers.Dense(128, activation="leaky_relu"),
    layers.Dense(1),
])
cross_entropy = keras.losses.BinaryCrossentropy(from_logits=True)


@tf.function
def train_step(real):
    noise = tf.random.normal([batch_size, 8])
    with tf.GradientTape() as gen_tape, tf.GradientTape() as disc_tape:
        fake = generator(noise, training=True)
        real_output = discriminator(real, training=True)
        fake_output = discriminator(fake, training=True)
        gen_loss = cross_entropy(tf.ones_like(fake_output), fake_output)
        disc_loss = cross_entropy(tf.ones_like(real_output), real_output) + \
            cross_entropy(tf.zeros_like(fake_output), fake_output)
    g_grad = gen_tape.gradient(gen_loss, generator.trainable_variables)
    d_grad = disc_tape.gradient(disc_loss, discriminator.trainable_variables)
    g_optimizer.apply_gradients(zip(g_grad, generator.trainable_variables))
    d_optimizer.apply_gradients(zip(d_grad, discriminator.trainable_variables))
    return gen_loss, disc_loss


step = 0
for epoch in range(epochs):
    for batch in dataset:
        if step >= max_steps:
            break
        gen_loss, disc_loss = train_step(batch)
        step += 1
    if epoch % 10 == 0 or epoch == epochs - 1:
        print(f"epoch {epoch}: gen {float(gen_loss):.3f} disc {float(disc_loss):.3f}")

made = generator.predict(rng.normal(size=(1500, 8)), verbose=0)
d = np.sqrt(((made[:, None] - points[None, :2000]) ** 2).sum(-1))
print("sample -> nearest point %.3f, point -> nearest sample %.3f" % (d.min(1).mean(), d.min(0).mean()))
