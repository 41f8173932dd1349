# Conditional GAN with a projection discriminator (Miyato & Koyama) on small MNIST.
import os, sys
from pathlib import Path
import numpy as np
import tensorflow as tf
import keras
from keras import layers as L

sys.path.append(str(Path(__file__).resolve().parent.parent))
from digits import load_digits

keras.utils.set_random_seed(1)
Z, N_CLASS, BS = 48, 10, 64
STEPS = min(1500, int(os.environ.get('STEPS', 1500)))


def get_dataset():
    x, y = load_digits()
    x = x.reshape(-1, 14, 2, 14, 2).mean((2, 4)) / 127.5 - 1.
    x = x.astype('float32')[..., None]
    images = tf.data.Dataset.from_tensor_slices(x).shuffle(20000)
    labels = tf.data.Dataset.from_tensor_slices(y).shuffle(20000)
    return tf.data.Dataset.zip((images, labels)).repeat().batch(BS)


def G_net():
    z = keras.Input((Z,))
    y = keras.Input((), dtype='int32')
    e = L.Embedding(N_CLASS, 32)(y)
    h = L.Concatenate()([z, e])
    h = L.Dense(7 * 7 * 32)(h)
    h = L.BatchNormalization(momentum=0.9)(h)
    h = L.ReLU()(h)
    h = L.Reshape((7, 7, 32))(h)
    h = L.Conv2DTranspose(32, 4, 2, padding='same')(h)
    h = L.BatchNormalization(momentum=0.9)(h)
    h = L.ReLU()(h)
    out = L.Conv2D(1, 3, padding='same', activation='tanh')(h)
    return keras.Model([z, y], out)


def D_net():
    x = keras.Input((14, 14, 1))
    y = keras.Input((), dtype='int32')
    h = L.LeakyReLU(0.2)(L.Conv2D(32, 4, 2, padding='same')(x))
    h = L.LeakyReLU(0.2)(L.Conv2D(64, 4, 2, padding='same')(h))
    h = L.Flatten()(h)
    h = L.LeakyReLU(0.2)(L.Dense(64)(h))
    uncond = L.Dense(1)(h)
    proj = L.Dot(axes=1)([h, L.Embedding(N_CLASS, 64)(y)])
    return keras.Model([x, y], L.Add()([uncond, proj]))


G, D = G_net(), D_net()
opt_g = keras.optimizers.Adam(4e-4, beta_1=0.5)
opt_d = keras.optimizers.Adam(2e-4, beta_1=0.5)


@tf.function
def train_step(x, y):
    z = tf.random.normal([BS, Z])
    with tf.GradientTape(persistent=True) as t:
        fake = G([z, y], training=True)
        d_real = D([x, y], training=True)
        d_fake = D([fake, y], training=True)
        loss_d = tf.reduce_mean(tf.nn.relu(1. - d_real)) + tf.reduce_mean(tf.nn.relu(1. + d_fake))
        loss_g = -tf.reduce_mean(d_fake)
    opt_d.apply_gradients(zip(t.gradient(loss_d, D.trainable_variables), D.trainable_variables))
    opt_g.apply_gradients(zip(t.gradient(loss_g, G.trainable_variables), G.trainable_variables))
    return loss_d, loss_g


for step, (x, y) in enumerate(get_dataset().take(STEPS)):
    ld, lg = train_step(x, y)
    if step % 250 == 0:
        print(f'{step:5d}  D {float(ld):.3f}  G {float(lg):.3f}')

# ten of every class
labels = np.repeat(np.arange(10), 10).astype('int32')
imgs = G([tf.random.normal([100, Z]), tf.constant(labels)], training=False).numpy()
for c in range(10):
    print(c, 'ink %.3f' % (imgs[labels == c] > 0).mean())
