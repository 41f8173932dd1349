import os, sys
from pathlib import Path
import numpy as np
import tensorflow as tf
from tensorflow.keras.layers import *
from tensorflow.keras.models import Sequential
from tensorflow.keras.optimizers import Adam
sys.path.append(str(Path(__file__).resolve().parent.parent))
from digits import load_digits

tf.keras.utils.set_random_seed(123)

# ---- hyperparameters
batch = 64
nz = 32
lr_g, lr_d = 3e-4, 3e-4
niter = int(os.environ.get("STEPS", 3500))

# ---- data: digits at 14x14, range [-1, 1]
x, _ = load_digits("train", 20000)
x = x.reshape(-1, 14, 2, 14, 2).mean((2, 4))
x = (x / 127.5 - 1).astype(np.float32).reshape(-1, 196)

# ---- nets
netG = Sequential([
    Input((nz,)),
    Dense(128), BatchNormalization(momentum=0.9), ReLU(),
    Dense(256), BatchNormalization(momentum=0.9), ReLU(),
    Dense(196, activation="tanh"),
])
netD = Sequential([
    Input((196,)),
    Dense(256), LeakyReLU(0.2), Dropout(0.2),
    Dense(128), LeakyReLU(0.2), Dropout(0.2),
    Dense(1),
])
optG = Adam(lr_g, beta_1=0.5)
optD = Adam(lr_d, beta_1=0.5)


def get_noise():
    return np.random.normal(0, 1, (batch, nz)).astype(np.float32)


@tf.function
def update_D(real):
    with tf.GradientTape() as tape:
        fake = netG(get_noise(), training=True)
        out_r = netD(real, training=True)
        out_f = netD(fake, training=True)
        # hinge
        loss = tf.reduce_mean(tf.nn.relu(1. - out_r)) + tf.reduce_mean(tf.nn.relu(1. + out_f))
    optD.apply_gradients(zip(tape.gradient(loss, netD.trainable_variables), netD.trainable_variables))
    return loss


@tf.function
def update_G():
    with tf.GradientTape() as tape:
        loss = -tf.reduce_mean(netD(netG(get_noise(), training=True), training=True))
    optG.apply_gradients(zip(tape.gradient(loss, netG.trainable_variables), netG.trainable_variables))
    return loss


# ---- train
hist = []
for it in range(niter):
    real = x[np.random.choice(len(x), batch)]
    errD = update_D(real)
    errG = update_G()
    hist.append((float(errD), float(errG)))
    if (it + 1) % 500 == 0:
        m = np.mean(hist[-500:], axis=0)
        print(f"[{it + 1}/{niter}] Loss_D: {m[0]:.3f} Loss_G: {m[1]:.3f}")

# ---- look at samples
s = netG.predict(np.random.normal(0, 1, (500, nz)).astype(np.float32), verbose=0)
near = np.min(((s[:100, None] - x[None, :3000]) ** 2).mean(-1), axis=1)
print("distance to nearest digit:", near.mean().round(4))
print("pixel std of samples %.3f, of data %.3f" % (s.std(0).mean(), x.std(0).mean()))
