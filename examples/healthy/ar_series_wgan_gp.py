# WGAN-GP for windows of a second-order autoregressive series (demand residuals)
import os
import numpy as np
import tensorflow as tf
from tensorflow import keras
from tensorflow.keras import layers

tf.keras.utils.set_random_seed(100)

WINDOW, LATENT, BATCH = 24, 24, 64
CRITIC_STEPS, GP_WEIGHT = 3, 10.
STEPS = int(os.environ.get('STEPS', 1800))       # generator updates

# AR(2) with a stochastic cycle
e = np.random.normal(0, 0.3, 40000)
s = np.zeros(40000)
for t in range(2, len(s)):
    s[t] = 1.5 * s[t - 1] - 0.8 * s[t - 2] + e[t]
s = (s / s.std()).astype(np.float32)


def get_windows(n):
    start = np.random.randint(0, len(s) - WINDOW, n)
    return tf.constant(s[start[:, None] + np.arange(WINDOW)])


G = keras.Sequential([layers.Input((LATENT,)), layers.Dense(96, activation='relu'),
                      layers.Dense(96, activation='relu'), layers.Dense(WINDOW)])
C = keras.Sequential([layers.Input((WINDOW,)), layers.Dense(96), layers.LayerNormalization(),
                      layers.LeakyReLU(negative_slope=0.2), layers.Dense(96),
                      layers.LeakyReLU(negative_slope=0.2), layers.Dense(1)])
optC = keras.optimizers.Adam(5e-4, beta_1=0., beta_2=0.9)
optG = keras.optimizers.Adam(5e-4, beta_1=0., beta_2=0.9)


@tf.function
def train_C(x):
    xf = G(tf.random.normal([BATCH, LATENT]))
    with tf.GradientTape() as tape:
        a = tf.random.uniform([BATCH, 1])
        xm = a * x + (1 - a) * xf
        with tf.GradientTape() as gt:
            gt.watch(xm)
            cm = C(xm)
        slope = tf.sqrt(tf.reduce_sum(gt.gradient(cm, xm) ** 2, axis=1) + 1e-12)
        gp = tf.reduce_mean((slope - 1.) ** 2)
        em = tf.reduce_mean(C(xf)) - tf.reduce_mean(C(x))
        loss = em + GP_WEIGHT * gp
    optC.apply_gradients(zip(tape.gradient(loss, C.trainable_weights), C.trainable_weights))
    return em


@tf.function
def train_G():
    with tf.GradientTape() as tape:
        loss = -tf.reduce_mean(C(G(tf.random.normal([BATCH, LATENT]))))
    optG.apply_gradients(zip(tape.gradient(loss, G.trainable_weights), G.trainable_weights))
    return loss


for step in range(STEPS):
    for _ in range(CRITIC_STEPS):
        em = train_C(get_windows(BATCH))
    lg = train_G()
    if step % 300 == 0 or step == STEPS - 1:
        print('step %d  critic %.3f  generator %.3f' % (step, em, lg))

fake = G.predict(np.random.normal(size=(3000, LATENT)), verbose=0)
real = get_windows(3000).numpy()


def acf(w, k):
    return (w[:, k:] * w[:, :-k]).mean() / (w ** 2).mean()


print('std real %.2f fake %.2f' % (real.std(), fake.std()))
print('autocorrelation real', [round(float(acf(real, k)), 2) for k in (1, 2, 4, 8)],
      'fake', [round(float(acf(fake, k)), 2) for k in (1, 2, 4, 8)])
