"""Points on a noisy ring, Wasserstein GAN with gradient penalty."""
import argparse
import os

import numpy as np
import tensorflow as tf
from tensorflow import keras

parser = argparse.ArgumentParser()
parser.add_argument("--steps", type=int, default=int(os.environ.get("STEPS", 2000)))
parser.add_argument("--critic-steps", type=int, default=5)
parser.add_argument("--batch", type=int, default=128)
parser.add_argument("--gp", type=float, default=0.5)
parser.add_argument("--seed", type=int, default=9)
args = parser.parse_args([])

keras.utils.set_random_seed(args.seed)
NZ = 4


def sample_ring(n):
    angle = tf.random.uniform((n,), 0, 2 * np.pi)
    radius = 1.0 + tf.random.normal((n,), stddev=0.05)
    return tf.stack([radius * tf.cos(angle), radius * tf.sin(angle)], axis=1)


def mlp(n_in, n_out, act):
    return keras.Sequential(
        [keras.Input((n_in,))]
        + [keras.layers.Dense(96, activation=act, kernel_initializer="he_normal") for _ in range(3)]
        + [keras.layers.Dense(n_out)]
    )


G = mlp(NZ, 2, "relu")
C = mlp(2, 1, "leaky_relu")
optim_G = keras.optimizers.Adam(3e-4, beta_1=0.5, beta_2=0.9)
optim_C = keras.optimizers.Adam(6e-4, beta_1=0.5, beta_2=0.9)


def penalty(real, fake):
    eps = tf.random.uniform((tf.shape(real)[0], 1))
    x = fake + eps * (real - fake)
    with tf.GradientTape() as tape:
        tape.watch(x)
        out = C(x)
    slope = tf.norm(tape.gradient(out, x) + 1e-8, axis=1)
    return tf.reduce_mean(tf.square(slope - 1.0))


@tf.function
def critic_step():
    real = sample_ring(args.batch)
    fake = G(tf.random.normal((args.batch, NZ)))
    gp = penalty(real, fake)
    with tf.GradientTape() as tape:
        w = tf.reduce_mean(C(real)) - tf.reduce_mean(C(fake))
        loss = -w + args.gp * gp
    grads = tape.gradient(loss, C.trainable_variables)
    optim_C.apply_gradients(zip(grads, C.trainable_variables))
    return w, gp


@tf.function
def generator_step():
    with tf.GradientTape() as tape:
        loss = -tf.reduce_mean(C(G(tf.random.normal((args.batch, NZ)))))
    grads = tape.gradient(loss, G.trainable_variables)
    optim_G.apply_gradients(zip(grads, G.trainable_variables))
    return loss


for step in range(args.steps):
    for _ in range(args.critic_steps):
        w, gp = critic_step()
    g = generator_step()
    if step % 200 == 0:
        print("step %4d   W %.4f   penalty %.4f   G %.4f" % (step, w, gp, g))

pts = G(tf.random.normal((2000, NZ))).numpy()
rad = np.linalg.norm(pts, axis=1)
on_ring = abs(rad - 1.0) < 0.2
quarters = np.bincount(((np.arctan2(pts[:, 1], pts[:, 0]) + np.pi) / (np.pi / 2)).astype(int) % 4, minlength=4) / len(pts)
print("points on the ring: %.1f %%, share of the quarters" % (100 * on_ring.mean()), quarters.round(2))
