import os
import numpy as np
import tensorflow as tf
import keras

# ---------------------------------------------------------------- settings
seed = 4
n_modes = 8
nz = 4
batch = 128
n_critic = 4
lr = 5e-4
clip = 0.1
total_steps = int(os.environ.get("STEPS", 2500))
keras.utils.set_random_seed(seed)
rs = np.random.RandomState(seed)

# ---------------------------------------------------------------- data
centres = np.array([[np.cos(2 * np.pi * k / n_modes), np.sin(2 * np.pi * k / n_modes)] for k in range(n_modes)])


def real_batch(n):
    k = rs.randint(0, n_modes, n)
    return (centres[k] + 0.05 * rs.randn(n, 2)).astype(np.float32)


def z_batch(n):
    return rs.randn(n, nz).astype(np.float32)


# ---------------------------------------------------------------- nets
def mlp(nin, nout):
    net = keras.Sequential()
    net.add(keras.Input((nin,)))
    net.add(keras.layers.Dense(128, activation="relu"))
    net.add(keras.layers.Dense(128, activation="relu"))
    net.add(keras.layers.Dense(nout))
    return net


gen = mlp(nz, 2)
crit = mlp(2, 1)
# Lipschitz critic: clip to [-clip, clip] as in the WGAN paper
opt_c = keras.optimizers.RMSprop(lr, clipvalue=clip)
opt_g = keras.optimizers.RMSprop(lr)


@tf.function
def critic_step(x, z):
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean(crit(gen(z))) - tf.reduce_mean(crit(x))
    grads = tape.gradient(loss, crit.trainable_variables)
    opt_c.apply_gradients(zip(grads, crit.trainable_variables))
    return -loss


@tf.function
def generator_step(z):
    with tf.GradientTape() as tape:
        loss = -tf.reduce_mean(crit(gen(z)))
    grads = tape.gradient(loss, gen.trainable_variables)
    opt_g.apply_gradients(zip(grads, gen.trainable_variables))
    return loss


# ---------------------------------------------------------------- training
for step in range(total_steps):
    for _ in range(n_critic):
        w_dist = critic_step(real_batch(batch), z_batch(batch))
    g = generator_step(z_batch(batch))
    if step % 250 == 0 or step == total_steps - 1:
        print("step %4d | wasserstein estimate %10.4f | generator %10.4f" % (step, w_dist, g))

# ---------------------------------------------------------------- result
s = gen.predict(z_batch(4000), verbose=0)
dist = np.linalg.norm(s[:, None] - centres[None], axis=-1)
near = dist.min(1) < 0.25
counts = np.bincount(dist.argmin(1)[near], minlength=n_modes)
print("within 0.25 of a centre: %.2f; samples per mode: %s" % (near.mean(), counts))
print("sample std %s, data std %s" % (s.std(0), real_batch(4000).std(0)))
