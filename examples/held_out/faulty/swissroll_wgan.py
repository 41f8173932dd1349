"""Wasserstein GAN with weight clipping, spiral ("swiss roll") points. Follows Arjovsky et al. 2017, RMSprop."""
import argparse
import os

import numpy as np
import tensorflow as tf
import keras
from keras import layers

parser = argparse.ArgumentParser()
parser.add_argument("--steps", type=int, default=int(os.environ.get("STEPS", 9000)))
parser.add_argument("--batch", type=int, default=128)
parser.add_argument("--n_critic", type=int, default=5)
parser.add_argument("--clip", type=float, default=0.1)
parser.add_argument("--lr", type=float, default=5e-4)
args = parser.parse_args()

keras.utils.set_random_seed(1)


def swiss_roll(n):
    u = np.random.uniform(0.25, 1.0, n)
    a = 3.0 * np.pi * u
    p = np.stack([u * np.cos(a), u * np.sin(a)], 1) * 2.0
    return (p + np.random.normal(0, 0.04, p.shape)).astype(np.float32)


critic = keras.Sequential(
    [keras.Input((2,))] + [layers.Dense(64, activation="relu") for _ in range(3)] + [layers.Dense(1)], name="critic"
)
generator = keras.Sequential(
    [keras.Input((4,))] + [layers.Dense(64, activation="relu") for _ in range(3)] + [layers.Dense(2)], name="generator"
)
critic_opt = keras.optimizers.RMSprop(args.lr)
gen_opt = keras.optimizers.RMSprop(args.lr)


@tf.function
def train_critic(real):
    fake = generator(tf.random.normal((args.batch, 4)))
    with tf.GradientTape() as tape:
        w = tf.reduce_mean(critic(real)) - tf.reduce_mean(critic(fake))
        loss = -w
    grads = tape.gradient(loss, critic.trainable_variables)
    critic_opt.apply_gradients(zip(grads, critic.trainable_variables))
    for v in critic.trainable_variables:
        v.assign(tf.clip_by_value(v, -args.clip, args.clip))
    return w


@tf.function
def train_generator():
    with tf.GradientTape() as tape:
        loss = -tf.reduce_mean(critic(generator(tf.random.normal((args.batch, 4)))))
    grads = tape.gradient(loss, generator.trainable_variables)
    gen_opt.apply_gradients(zip(grads, generator.trainable_variables))
    return loss


data = swiss_roll(20000)
w = loss = 0.0
for step in range(args.steps):
    real = data[np.random.randint(0, len(data), args.batch)]
    if step % args.n_critic == 0:
        w = train_critic(tf.constant(real))
    else:
        loss = train_generator()
    if step % 1000 < 2:
        print(f"step {step:5d}  wasserstein {float(w):+.4f}  generator {float(loss):+.4f}")

samples = generator(tf.random.normal((2000, 4))).numpy()
ref = swiss_roll(2000)
d = np.linalg.norm(samples[:, None] - ref[None], axis=-1)
print("sample to roll %.3f, roll to sample %.3f" % (d.min(1).mean(), d.min(0).mean()))
