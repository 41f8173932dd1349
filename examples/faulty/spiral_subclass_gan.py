"""GAN on a noisy spiral. PyTorch habits, Keras layers."""
import os
import argparse
import numpy as np
import tensorflow as tf
import keras
from keras import layers

parser = argparse.ArgumentParser()
parser.add_argument("--n_steps", type=int, default=5000)
parser.add_argument("--batch_size", type=int, default=128)
parser.add_argument("--lr", type=float, default=5e-4)
parser.add_argument("--b1", type=float, default=0.5)
parser.add_argument("--latent_dim", type=int, default=4)
opt = parser.parse_args([])
opt.n_steps = min(opt.n_steps, int(os.environ.get("STEPS", opt.n_steps)))

keras.utils.set_random_seed(5)


def spiral(n):
    t = np.sqrt(np.random.rand(n)) * 3 * np.pi
    xy = np.stack([t * np.cos(t), t * np.sin(t)], 1) / (3 * np.pi)
    return (xy + np.random.randn(n, 2) * 0.02).astype(np.float32)


class Generator(keras.Model):
    def __init__(self, width=128):
        super().__init__()
        self.fc1 = layers.Dense(width)
        self.fc2 = layers.Dense(width)
        self.fc3 = layers.Dense(width)
        self.act = layers.LeakyReLU(negative_slope=0.2)
        self.fc_out = layers.Dense(2)

    def call(self, z):
        x = self.fc1(z)
        x = self.fc2(x)
        x = self.fc3(x)
        return self.fc_out(x)


class Discriminator(keras.Model):
    def __init__(self, width=128):
        super().__init__()
        self.fc1 = layers.Dense(width)
        self.fc2 = layers.Dense(width)
        self.fc3 = layers.Dense(width)
        self.act = layers.LeakyReLU(negative_slope=0.2)
        self.fc_out = layers.Dense(1)

    def call(self, x):
        x = self.act(self.fc1(x))
        x = self.act(self.fc2(x))
        x = self.act(self.fc3(x))
        return self.fc_out(x)


netG = Generator()
netD = Discriminator()
optimizerG = keras.optimizers.Adam(opt.lr, beta_1=opt.b1)
optimizerD = keras.optimizers.Adam(opt.lr, beta_1=opt.b1)
criterion = keras.losses.BinaryCrossentropy(from_logits=True)


@tf.function
def train(real):
    ones = tf.ones((opt.batch_size, 1))
    zeros = tf.zeros((opt.batch_size, 1))
    z = tf.random.normal((opt.batch_size, opt.latent_dim))
    with tf.GradientTape() as tapeD:
        errD = criterion(ones, netD(real)) + criterion(zeros, netD(tf.stop_gradient(netG(z))))
    gradD = tapeD.gradient(errD, netD.trainable_variables)
    optimizerD.apply_gradients(zip(gradD, netD.trainable_variables))
    with tf.GradientTape() as tapeG:
        errG = criterion(ones, netD(netG(z)))
    gradG = tapeG.gradient(errG, netG.trainable_variables)
    optimizerG.apply_gradients(zip(gradG, netG.trainable_variables))
    return errD, errG


for i in range(opt.n_steps):
    errD, errG = train(spiral(opt.batch_size))
    if i % 1000 == 0:
        print("[%d/%d] Loss_D: %.4f Loss_G: %.4f" % (i, opt.n_steps, errD, errG))

fake = netG(tf.random.normal((2000, opt.latent_dim))).numpy()
real = spiral(2000)
d = np.sqrt(((fake[:, None] - real[None]) ** 2).sum(-1))
print("off the spiral (> 0.08): %.3f   not covered: %.3f" % ((d.min(1) > 0.08).mean(), (d.min(0) > 0.08).mean()))
