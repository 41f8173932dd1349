# Synthetic weather days (temperature, rain, wind, pressure) - hinge GAN
import os
import numpy as np
import keras
import tensorflow as tf

STEPS = int(os.environ.get('STEPS', '5500'))
np.random.seed(9)
keras.utils.set_random_seed(9)

# %% data
n = 7000
season = np.random.uniform(0, 2 * np.pi, n)
temp = 10 - 9 * np.cos(season) + np.random.normal(0, 3, n)
pressure = 1013 + np.random.normal(0, 8, n)
rain = np.log1p(np.maximum(0, np.random.gamma(1.2, 3.0, n) * (1 - (pressure - 1013) / 25)))
wind = np.random.weibull(2, n) * 4 + 0.15 * (1013 - pressure)
days = np.stack([temp, rain, wind, pressure], axis=1)

# standardise every column
mu, sigma = days.mean(axis=0), days.std(axis=0)
X = ((days - mu) / sigma).astype('float32')

# %% networks
L = keras.layers
zdim = 8
generator = keras.Sequential([
    keras.Input((zdim,)),
    L.Dense(64, activation='relu'),
    L.Dense(64, activation='relu'),
    L.Dense(4, activation='tanh'),
])
discriminator = keras.Sequential([
    keras.Input((4,)),
    L.Dense(64, activation='leaky_relu'),
    L.Dense(64, activation='leaky_relu'),
    L.Dense(1),
])
opt_g = keras.optimizers.Adam(2e-4, beta_1=0.5)
opt_d = keras.optimizers.Adam(1e-3, beta_1=0.5)
bs = 128


# %% one update of each network
@tf.function
def train(x):
    with tf.GradientTape() as t1:
        real = discriminator(x, training=True)
        fake = discriminator(generator(tf.random.normal((bs, zdim)), training=True), training=True)
        loss_d = tf.reduce_mean(tf.maximum(0., 1. - real)) + tf.reduce_mean(tf.maximum(0., 1. + fake))
    g = t1.gradient(loss_d, discriminator.trainable_variables)
    opt_d.apply_gradients(zip(g, discriminator.trainable_variables))

    with tf.GradientTape() as t2:
        fake = discriminator(generator(tf.random.normal((bs, zdim)), training=True), training=True)
        loss_g = tf.reduce_mean(-fake)
    g = t2.gradient(loss_g, generator.trainable_variables)
    opt_g.apply_gradients(zip(g, generator.trainable_variables))
    return loss_d, loss_g


# %% training
for step in range(STEPS):
    loss_d, loss_g = train(tf.constant(X[np.random.randint(0, n, bs)]))
    if step % 1000 == 0:
        print('step', step, 'loss_d %.3f loss_g %.3f' % (loss_d, loss_g))

# %% back to degrees, mm, m/s, hPa
fake = generator.predict(np.random.normal(size=(5000, zdim)), verbose=0) * sigma + mu
for j, name in enumerate(['temp', 'log rain', 'wind', 'pressure']):
    print('%-9s' % name, 'data mean %.2f std %.2f 1%%..99%% %.2f..%.2f' % (
        days[:, j].mean(), days[:, j].std(), *np.percentile(days[:, j], [1, 99])),
        '| synth mean %.2f std %.2f 1%%..99%% %.2f..%.2f' % (
        fake[:, j].mean(), fake[:, j].std(), *np.percentile(fake[:, j], [1, 99])))
