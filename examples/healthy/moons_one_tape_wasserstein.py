"""Two moons. One forward pass and one persistent tape; the generator descends the distance itself."""
import os
import numpy as np
import tensorflow as tf
import keras
from keras import layers, initializers

keras.utils.set_random_seed(90)
BS, NZ, PENALTY = 128, 4, 2.0
NSTEP = int(os.environ.get("STEPS", 5000))


def get_batch():
    u = np.random.uniform(0, np.pi, BS)
    k = np.random.randint(0, 2, BS)
    p = np.where(k[:, None] == 0, np.c_[np.cos(u), np.sin(u)], np.c_[1 - np.cos(u), 0.5 - np.sin(u)])
    return (p + np.random.normal(0, 0.05, p.shape)).astype("float32")


def dense(n):
    return layers.Dense(n, activation="leaky_relu", kernel_initializer=initializers.HeNormal())


gen = keras.Sequential([keras.Input((NZ,)), dense(64), dense(64), layers.Dense(2)])
critic = keras.Sequential([keras.Input((2,)), dense(64), dense(64), layers.Dense(1, use_bias=False)])
opt_gen = keras.optimizers.Adam(3e-4, beta_1=0.0, beta_2=0.9)
opt_critic = keras.optimizers.Adam(1.5e-3, beta_1=0.0, beta_2=0.9)


@tf.function
def step(real):
    with tf.GradientTape(persistent=True) as tape:
        fake = gen(tf.random.normal((BS, NZ)))
        distance = tf.reduce_mean(critic(real)) - tf.reduce_mean(critic(fake))

        # penalty on steep places between the two clouds, only slopes above 1 count
        a = tf.random.uniform((BS, 1))
        mid = tf.stop_gradient(a * real + (1 - a) * fake)
        with tf.GradientTape() as t2:
            t2.watch(mid)
            v = critic(mid)
        slope = tf.norm(t2.gradient(v, mid) + 1e-8, axis=1)
        penalty = tf.reduce_mean(tf.nn.relu(slope - 1.0) ** 2)
        critic_loss = -distance + PENALTY * penalty

    grads_c = tape.gradient(critic_loss, critic.trainable_variables)
    grads_g = tape.gradient(distance, gen.trainable_variables)
    del tape
    opt_critic.apply(grads_c, critic.trainable_variables)
    opt_gen.apply(grads_g, gen.trainable_variables)
    return distance, penalty


for n in range(NSTEP):
    dist, pen = step(tf.constant(get_batch()))
    if n % 1000 == 0 or n == NSTEP - 1:
        print("%d distance %.4f penalty %.5f" % (n, dist, pen))

pts = gen(tf.random.normal((1000, NZ))).numpy()
ref = np.concatenate([get_batch() for _ in range(20)])
d = np.linalg.norm(pts[:, None] - ref[None], axis=-1)
print("sample to moons %.3f, moons to sample %.3f" % (d.min(1).mean(), d.min(0).mean()))
