import os
import numpy as np
import tensorflow as tf

np.random.seed(0); tf.random.set_seed(0)
tf.keras.utils.set_random_seed(0)

# two half moons
def moons(n):
    t = np.random.rand(n) * np.pi
    upper = np.random.rand(n) < 0.5
    x = np.where(upper, np.cos(t), 1 - np.cos(t))
    y = np.where(upper, np.sin(t), 0.5 - np.sin(t))
    p = np.stack([x - 0.5, y - 0.25], 1) + np.random.randn(n, 2) * 0.05
    return p.astype('float32')

B = 128
Z = 4
n_iter = int(os.environ.get('STEPS', 4000))

G = tf.keras.Sequential([
    tf.keras.layers.Input((Z,)),
    tf.keras.layers.Dense(64, activation='relu'),
    tf.keras.layers.Dense(64, activation='relu'),
    tf.keras.layers.Dense(2),
])
D = tf.keras.Sequential([
    tf.keras.layers.Input((2,)),
    tf.keras.layers.Dense(64, activation=tf.nn.leaky_relu),
    tf.keras.layers.Dense(64, activation=tf.nn.leaky_relu),
    tf.keras.layers.Dense(1),
])
opt_G = tf.keras.optimizers.Adam(5e-4, beta_1=0.5)
opt_D = tf.keras.optimizers.Adam(1e-3, beta_1=0.5)

# least squares GAN: real -> 1, fake -> 0
labels = tf.concat([tf.ones(B), tf.zeros(B)], axis=0)

@tf.function
def step(real):
    z = tf.random.normal([B, Z])
    both = tf.concat([real, G(z)], axis=0)
    with tf.GradientTape() as tape:
        d_loss = tf.reduce_mean((D(both) - labels) ** 2)
    g = tape.gradient(d_loss, D.trainable_variables)
    opt_D.apply_gradients(zip(g, D.trainable_variables))

    z = tf.random.normal([B, Z])
    with tf.GradientTape() as tape:
        g_loss = tf.reduce_mean((D(G(z)) - 1.0) ** 2)
    g = tape.gradient(g_loss, G.trainable_variables)
    opt_G.apply_gradients(zip(g, G.trainable_variables))
    return d_loss, g_loss

for it in range(n_iter):
    dl, gl = step(moons(B))
    if it % 500 == 0:
        print(it, 'D', float(dl), 'G', float(gl))

s = G(tf.random.normal([1000, Z])).numpy()
r = moons(1000)
print('mean', s.mean(0), 'real', r.mean(0))
print('std ', s.std(0), 'real', r.std(0))
dist = np.sqrt(((s[:, None] - r[None]) ** 2).sum(-1))
print('mean distance to nearest real point', dist.min(1).mean(), '  from real to nearest sample', dist.min(0).mean())
