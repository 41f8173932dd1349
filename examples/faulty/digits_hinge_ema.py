"""Small GAN for digits with hinge loss; the averaged generator is the one that is kept."""
import os
import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parent.parent))
import keras
import numpy as np
import tensorflow as tf
from digits import load_digits
from keras import layers

keras.utils.set_random_seed(13)
STEPS = int(os.environ.get("STEPS", 2500))
BATCH, ZDIM, DECAY = 64, 32, 0.99

images, _ = load_digits(count=15000)
images = images.reshape(-1, 784).astype("float32") / 127.5 - 1.0
ds = tf.data.Dataset.from_tensor_slices(images).shuffle(15000).repeat().batch(BATCH)


def make_generator():
    return keras.Sequential([
        keras.Input((ZDIM,)),
        layers.Dense(128), layers.BatchNormalization(), layers.ReLU(),
        layers.Dense(256), layers.BatchNormalization(), layers.ReLU(),
        layers.Dense(784, activation="tanh"),
    ])


def make_discriminator():
    return keras.Sequential([
        keras.Input((784,)),
        layers.Dense(128), layers.LeakyReLU(negative_slope=0.2), layers.Dropout(0.2),
        layers.Dense(64), layers.LeakyReLU(negative_slope=0.2),
        layers.Dense(1),
    ])


gen, gen_ema, disc = make_generator(), make_generator(), make_discriminator()
gen_ema.set_weights(gen.get_weights())
g_opt = keras.optimizers.Adam(3e-4, beta_1=0.5)
d_opt = keras.optimizers.Adam(3e-4, beta_1=0.5)


@tf.function
def step_d(x):
    fake = gen(tf.random.normal((BATCH, ZDIM)), training=True)
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean(tf.nn.relu(1 - disc(x, training=True))) \
            + tf.reduce_mean(tf.nn.relu(1 + disc(fake, training=True)))
    d_opt.apply_gradients(zip(tape.gradient(loss, disc.trainable_variables), disc.trainable_variables))
    return loss


@tf.function
def step_g():
    with tf.GradientTape() as tape:
        fake = gen(tf.random.normal((BATCH, ZDIM)), training=True)
        loss = -tf.reduce_mean(disc(fake, training=True))
    g_opt.apply_gradients(zip(tape.gradient(loss, gen.trainable_variables), gen.trainable_variables))
    for avg, w in zip(gen_ema.trainable_variables, gen.trainable_variables):
        avg.assign(DECAY * avg + (1.0 - DECAY) * w)
    return loss


for i, x in enumerate(ds.take(STEPS)):
    ld = step_d(x)
    lg = step_g()
    if i % 500 == 0 or i == STEPS - 1:
        print(f"{i:5d} D {float(ld):.3f} G {float(lg):.3f}")

samples = gen_ema(tf.random.normal((300, ZDIM)), training=False).numpy()
real = images[:4000]
d2 = (samples ** 2).mean(1)[:, None] + (real ** 2).mean(1)[None] - 2 * samples @ real.T / 784
print("mean pixel %.3f (data %.3f)" % (samples.mean(), real.mean()))
print("spread %.3f (data %.3f)" % (samples.std(0).mean(), real.std(0).mean()))
print("distance to the nearest digit %.3f" % np.sqrt(np.maximum(d2, 0)).min(1).mean())
