# Wasserstein GAN with weight clipping, points on a ring
import os
import numpy as np
import tensorflow as tf
import keras
from keras.layers import Dense, Input

keras.utils.set_random_seed(6)

N_CRITIC = 5         # critic updates for one generator update
CLIP = 0.1
BATCH = 128
ZD = 4
STEPS = int(os.environ.get("STEPS", 9000))

ang = np.random.uniform(0, 2 * np.pi, 10000)
rad = 1.0 + np.random.normal(0, 0.05, 10000)
ring = np.stack([rad * np.cos(ang) + 0.5, rad * np.sin(ang)], 1).astype(np.float32)

g = keras.Sequential([Input((ZD,)), Dense(64, activation="relu"), Dense(64, activation="relu"), Dense(2)])
c = keras.Sequential([Input((2,)), Dense(64, activation="relu"), Dense(64, activation="relu"), Dense(1)])
g_opt = keras.optimizers.RMSprop(5e-4)
c_opt = keras.optimizers.RMSprop(5e-4)


@tf.function
def critic_update(x):
    with tf.GradientTape() as tape:
        fake = g(tf.random.normal((BATCH, ZD)))
        loss = tf.reduce_mean(c(fake)) - tf.reduce_mean(c(x))
    grads = tape.gradient(loss, c.trainable_variables)
    c_opt.apply_gradients(zip(grads, c.trainable_variables))
    for v in c.trainable_variables:
        v.assign(tf.clip_by_value(v, -CLIP, CLIP))
    return -loss


@tf.function
def gen_update():
    with tf.GradientTape() as tape:
        loss = -tf.reduce_mean(c(g(tf.random.normal((BATCH, ZD)))))
    grads = tape.gradient(loss, g.trainable_variables)
    g_opt.apply_gradients(zip(grads, g.trainable_variables))
    return loss


w, gl = tf.constant(0.0), tf.constant(0.0)
for it in range(STEPS):
    x = tf.constant(ring[np.random.randint(0, 10000, BATCH)])
    if it % N_CRITIC == 0:
        w = critic_update(x)
    else:
        gl = gen_update()
    if it % 1500 == 0 or it == STEPS - 1:
        print("iter", it, "wasserstein", w.numpy(), "gen", gl.numpy())

p = g.predict(np.random.normal(size=(2000, ZD)), verbose=0)
r = np.hypot(p[:, 0] - 0.5, p[:, 1])
sector = np.floor((np.arctan2(p[:, 1], p[:, 0] - 0.5) + np.pi) / (np.pi / 4)).astype(int) % 8
print("radius %.3f +- %.3f (ring 1.000 +- 0.050)" % (r.mean(), r.std()))
print("share per 45 degrees:", (np.bincount(sector, minlength=8) / 2000).round(2))
