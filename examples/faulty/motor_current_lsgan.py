# LSGAN for one period of motor current (fundamental + 3rd harmonic)
import os
import numpy as np
import tensorflow as tf
import keras
from keras import layers

np.random.seed(0)
keras.utils.set_random_seed(0)

n_points = 24
latent = 6
bs = 64
n_steps = int(os.environ.get('STEPS', 5000))

# measured currents
phase = np.linspace(0, 2 * np.pi, n_points, endpoint=False)
load = np.random.uniform(0.4, 1.0, (5000, 1))
sat = np.random.uniform(0.0, 0.5, (5000, 1))
current = load * np.sin(phase)[None] + sat * load * np.sin(3 * phase)[None]
current = (current + 0.05 * np.random.randn(*current.shape)).astype('float32')

G = keras.Sequential([keras.Input((latent,)),
                      layers.Dense(64, activation='relu'),
                      layers.Dense(64, activation='relu'),
                      layers.Dense(n_points, activation='linear')])
D = keras.Sequential([keras.Input((n_points,)),
                      layers.Dense(96), layers.LeakyReLU(negative_slope=0.2),
                      layers.Dense(96), layers.LeakyReLU(negative_slope=0.2),
                      layers.Dense(1)])
optG = keras.optimizers.Adam(5e-4, 0.5)
optD = keras.optimizers.Adam(1e-3, 0.5)

# first half of every batch is measured (1), second half generated (0)
y = tf.constant(np.concatenate([np.ones(bs), np.zeros(bs)]), tf.float32)


@tf.function
def d_step(real, z):
    x = tf.concat([real, G(z, training=True)], axis=0)
    with tf.GradientTape() as tape:
        pred = D(x, training=True)
        loss = tf.reduce_mean(tf.square(pred - y))
    optD.apply_gradients(zip(tape.gradient(loss, D.trainable_variables), D.trainable_variables))
    return loss


@tf.function
def g_step(z):
    with tf.GradientTape() as tape:
        pred = D(G(z, training=True), training=True)
        loss = tf.reduce_mean(tf.square(pred - 1.0))
    optG.apply_gradients(zip(tape.gradient(loss, G.trainable_variables), G.trainable_variables))
    return loss


for i in range(n_steps):
    real = current[np.random.choice(len(current), bs)]
    z = np.random.randn(bs, latent).astype('float32')
    ld = d_step(tf.constant(real), tf.constant(z))
    z = np.random.randn(bs, latent).astype('float32')
    lg = g_step(tf.constant(z))
    if i % 1000 == 0 or i == n_steps - 1:
        print(i, 'D', round(float(ld), 4), 'G', round(float(lg), 4))

gen = G.predict(np.random.randn(1000, latent), verbose=0)
b1 = lambda a: a @ np.sin(phase) * 2 / n_points
b3 = lambda a: a @ np.sin(3 * phase) * 2 / n_points
print('fundamental measured %.3f +- %.3f generated %.3f +- %.3f'
      % (b1(current).mean(), b1(current).std(), b1(gen).mean(), b1(gen).std()))
print('3rd harmonic measured %.3f +- %.3f generated %.3f +- %.3f'
      % (b3(current).mean(), b3(current).std(), b3(gen).mean(), b3(gen).std()))
rest = gen - b1(gen)[:, None] * np.sin(phase) - b3(gen)[:, None] * np.sin(3 * phase)
print('rms of the rest: %.3f (measured 0.05)' % rest.std())
