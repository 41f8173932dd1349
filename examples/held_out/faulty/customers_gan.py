"""Synthetic customer table (age, yearly income, number of orders, satisfaction) for sharing with the analytics team."""
import os
import numpy as np
import tensorflow as tf
from tensorflow import keras
from tensorflow.keras import layers

np.random.seed(7)
keras.utils.set_random_seed(7)

# --- load the table (simulated export of the CRM) ---
n = 8000
age = np.clip(np.random.normal(42, 12, n), 18, 85)
income = 18000 + 600 * (age - 18) + np.random.gamma(3.0, 5000.0, n)
orders = np.random.poisson(2 + income / 9000.0).astype(float)
satisfaction = np.clip(3.2 + 0.08 * (orders - 6) + np.random.normal(0, 0.6, n), 1, 5)
table = np.stack([age, income, orders, satisfaction], axis=1)
names = ["age", "income", "orders", "satisfaction"]

# --- standardise ---
mu = table.mean()
sd = table.std()
X = ((table - mu) / sd).astype("float32")
print("rows", X.shape[0], "mean", X.mean(), "std", X.std())

noise_dim = 16
batch_size = 128
steps = int(os.environ.get("STEPS", 8000))

generator = keras.Sequential([
    keras.Input((noise_dim,)),
    layers.Dense(64, activation="relu"),
    layers.Dense(64, activation="relu"),
    layers.Dense(X.shape[1]),
])
discriminator = keras.Sequential([
    keras.Input((X.shape[1],)),
    layers.Dense(64), layers.LeakyReLU(negative_slope=0.2),
    layers.Dense(64), layers.LeakyReLU(negative_slope=0.2),
    layers.Dense(1),
])

bce = keras.losses.BinaryCrossentropy(from_logits=True)
g_opt = keras.optimizers.Adam(2e-4, beta_1=0.5)
d_opt = keras.optimizers.Adam(4e-4, beta_1=0.5)


@tf.function
def train(real):
    z = tf.random.normal((batch_size, noise_dim))
    with tf.GradientTape() as gt, tf.GradientTape() as dt:
        fake = generator(z, training=True)
        lr = discriminator(real, training=True)
        lf = discriminator(fake, training=True)
        d_loss = bce(tf.ones_like(lr), lr) + bce(tf.zeros_like(lf), lf)
        g_loss = bce(tf.ones_like(lf), lf)
    d_opt.apply_gradients(zip(dt.gradient(d_loss, discriminator.trainable_variables), discriminator.trainable_variables))
    g_opt.apply_gradients(zip(gt.gradient(g_loss, generator.trainable_variables), generator.trainable_variables))
    return d_loss, g_loss


for step in range(steps):
    rows = X[np.random.randint(0, n, batch_size)]
    d_loss, g_loss = train(tf.constant(rows))
    if step % 1000 == 0:
        print(f"step {step}  d {float(d_loss):.3f}  g {float(g_loss):.3f}")

# --- back to the original units ---
synthetic = generator(tf.random.normal((4000, noise_dim)), training=False).numpy() * sd + mu
for j, name in enumerate(names):
    print(f"{name:13s} real {table[:, j].mean():10.2f} +- {table[:, j].std():9.2f}   synthetic {synthetic[:, j].mean():10.2f} +- {synthetic[:, j].std():9.2f}")
print("corr orders/satisfaction", np.corrcoef(table[:, 2], table[:, 3])[0, 1], np.corrcoef(synthetic[:, 2], synthetic[:, 3])[0, 1])
