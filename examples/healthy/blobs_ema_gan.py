"""Coloured blobs 12x12x3. Softplus losses, instance noise that fades, samples from an averaged generator."""
import os
import numpy as np
import tensorflow as tf
from tensorflow.keras import layers as kl, models, optimizers, utils

utils.set_random_seed(100)

R, NZ, BS = 12, 16, 64
TOTAL = int(os.environ.get("STEPS", 2200))


def blobs(n):
    yy, xx = np.mgrid[:R, :R]
    cx, cy = np.random.uniform(4, 7, (2, n, 1, 1))
    r = np.random.uniform(2.0, 3.6, (n, 1, 1))
    mask = np.clip(r + 0.5 - np.sqrt((xx - cx) ** 2 + (yy - cy) ** 2), 0, 1)[..., None]
    colour = np.random.uniform(0.2, 0.95, (n, 1, 1, 3))
    return (mask * colour).astype("float32")  # values 0..1


def conv_generator():
    m = models.Sequential([kl.Input((NZ,)), kl.Dense(3 * 3 * 48, use_bias=False), kl.BatchNormalization(), kl.ReLU(),
                           kl.Reshape((3, 3, 48)),
                           kl.Conv2DTranspose(32, 4, 2, "same", use_bias=False), kl.BatchNormalization(), kl.ReLU(),
                           kl.Conv2DTranspose(3, 4, 2, "same", activation="sigmoid")])
    return m


def conv_discriminator():
    return models.Sequential([kl.Input((R, R, 3)),
                              kl.Conv2D(24, 4, 2, "same"), kl.LeakyReLU(0.2),
                              kl.Conv2D(48, 4, 2, "same"), kl.LeakyReLU(0.2),
                              kl.Flatten(), kl.Dense(1)])


gen, avg = conv_generator(), conv_generator()
avg.set_weights(gen.get_weights())
dis = conv_discriminator()
og, od = optimizers.Adam(3e-4, 0.5), optimizers.Adam(4e-4, 0.5)


@tf.function
def step(x, sigma, decay):
    x += sigma * tf.random.normal(tf.shape(x))
    z = tf.random.uniform((BS, NZ), -1, 1)
    with tf.GradientTape() as tg, tf.GradientTape() as td:
        f = gen(z, training=True)
        f += sigma * tf.random.normal(tf.shape(f))
        a, b = dis(x, training=True), dis(f, training=True)
        # V = log D(x) + log(1 - D(G(z))), written with softplus
        value = -tf.reduce_mean(tf.nn.softplus(-a)) - tf.reduce_mean(tf.nn.softplus(b))
        loss_d = -value
        loss_g = tf.reduce_mean(tf.nn.softplus(-b))
    od.apply_gradients(zip(td.gradient(loss_d, dis.trainable_variables), dis.trainable_variables))
    og.apply_gradients(zip(tg.gradient(loss_g, gen.trainable_variables), gen.trainable_variables))
    # average everything, the batch statistics too
    for p, q in zip(avg.variables, gen.variables):
        if p.dtype.startswith("float"):
            p.assign(decay * p + (1.0 - decay) * q)
    return loss_d, loss_g


train = blobs(6000)
for it in range(TOTAL):
    sigma = 0.1 * max(0.0, 1 - it / (0.7 * TOTAL))
    decay = min(0.995, (1 + it) / (10 + it))  # short memory at first
    ld, lg = step(train[np.random.randint(0, len(train), BS)], tf.constant(sigma, tf.float32), tf.constant(decay, tf.float32))
    if it % 250 == 0:
        print(it, "D", round(float(ld), 3), "G", round(float(lg), 3))

z = tf.random.uniform((300, NZ), -1, 1)
img = avg(z, training=False).numpy()
print("mean of the channels: samples", img.mean((0, 1, 2)).round(3), "data", train.mean((0, 1, 2)).round(3))
print("spread of the brightest pixel: samples", img.max((1, 2)).std(0).round(3), "data", train.max((1, 2)).std(0).round(3))
