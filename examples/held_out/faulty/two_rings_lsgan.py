# Least squares GAN on two concentric rings (toy experiment, section 1 of the notebook)
import os
import numpy as np
import tensorflow as tf
import keras
from keras import layers

keras.utils.set_random_seed(7)

BATCH = 256
Z = 8
STEPS = min(5000, int(os.environ.get("STEPS", 5000)))

# %% data
def sample_rings(n):
    r = np.where(np.random.rand(n) < 0.5, 0.4, 0.9)
    a = np.random.rand(n) * 2 * np.pi
    pts = np.stack([r * np.cos(a), r * np.sin(a)], axis=1)
    return (pts + 0.05 * np.random.randn(n, 2)).astype("float32")

data = sample_rings(20000)

# %% models
G = keras.Sequential([
    layers.Input((Z,)),
    layers.Dense(128, activation="relu"),
    layers.Dense(128, activation="relu"),
    layers.Dense(2),
])
D = keras.Sequential([
    layers.Input((2,)),
    layers.Dense(128),
    layers.LeakyReLU(negative_slope=0.2),
    layers.Dense(128),
    layers.LeakyReLU(negative_slope=0.2),
    layers.Dense(1),
])

opt_g = keras.optimizers.Adam(3e-4, beta_1=0.5)
opt_d = keras.optimizers.Adam(1e-3, beta_1=0.5)

# 1 for the real half of the batch, 0 for the generated half
targets = tf.concat([tf.ones(BATCH), tf.zeros(BATCH)], axis=0)

# %% training
@tf.function
def d_step(real):
    fake = G(tf.random.normal((BATCH, Z)), training=True)
    both = tf.concat([real, fake], axis=0)
    with tf.GradientTape() as tape:
        scores = D(both, training=True)
        loss = tf.reduce_mean(tf.square(targets - scores))
    grads = tape.gradient(loss, D.trainable_variables)
    opt_d.apply_gradients(zip(grads, D.trainable_variables))
    return loss

@tf.function
def g_step():
    z = tf.random.normal((BATCH, Z))
    with tf.GradientTape() as tape:
        scores = D(G(z, training=True), training=True)
        loss = tf.reduce_mean(tf.square(scores - 1.0))
    grads = tape.gradient(loss, G.trainable_variables)
    opt_g.apply_gradients(zip(grads, G.trainable_variables))
    return loss

for step in range(STEPS):
    batch = data[np.random.randint(0, len(data), BATCH)]
    dl = d_step(tf.constant(batch))
    gl = g_step()
    if step % 1000 == 0:
        print(f"{step:5d}  D {float(dl):.4f}  G {float(gl):.4f}")

# %% look at the radii
pts = G(tf.random.normal((1000, Z))).numpy()
rad = np.linalg.norm(pts, axis=1)
print("radius: mean %.3f std %.3f" % (rad.mean(), rad.std()))
