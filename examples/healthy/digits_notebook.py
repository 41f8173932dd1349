# coding: utf-8
# In[1]:
import os, sys
from pathlib import Path
import numpy as np
import tensorflow as tf
import keras
from keras import layers

sys.path.append(str(Path(__file__).resolve().parent.parent))
from digits import load_digits
keras.utils.set_random_seed(0)

# In[2]: 14 x 14 digits, zeros and ones and sevens, raw range 0..1 turned into -1..1
imgs, labs = load_digits("train", 25000)
imgs = imgs[(labs == 0) | (labs == 1) | (labs == 7)]
X = imgs[:, ::2, ::2].astype("float32") / 255 * 2 - 1
X = X.reshape(len(X), -1)
print(X.shape)

# In[3]:
nz = 32
G = keras.Sequential([keras.Input((nz,)),
                      layers.Dense(128), layers.BatchNormalization(momentum=0.8), layers.LeakyReLU(negative_slope=0.2),
                      layers.Dense(256), layers.BatchNormalization(momentum=0.8), layers.LeakyReLU(negative_slope=0.2),
                      layers.Dense(196, activation="tanh")])
D = keras.Sequential([keras.Input((196,)),
                      layers.Dense(256), layers.LeakyReLU(negative_slope=0.2), layers.Dropout(0.4),
                      layers.Dense(128), layers.LeakyReLU(negative_slope=0.2), layers.Dropout(0.4),
                      layers.Dense(1, activation="sigmoid")])
oG = keras.optimizers.Adam(4e-4, beta_1=0.5)
oD = keras.optimizers.Adam(2e-4, beta_1=0.5)
bce = keras.losses.BinaryCrossentropy()

# In[4]: noise on the pictures of both kinds, fading out over training; two generator updates per discriminator update
bs = 64
total = int(os.environ.get("STEPS", 1800))
sigma = tf.Variable(0.3, trainable=False)


@tf.function
def dstep(x):
    f = G(tf.random.normal((bs, nz)), training=True)
    with tf.GradientTape() as t:
        pr = D(x + sigma * tf.random.normal(tf.shape(x)), training=True)
        pf = D(f + sigma * tf.random.normal(tf.shape(f)), training=True)
        loss = bce(0.9 * tf.ones_like(pr), pr) + bce(tf.zeros_like(pf), pf)
    g = t.gradient(loss, D.trainable_variables)
    oD.apply_gradients(zip(g, D.trainable_variables))
    return loss


@tf.function
def gstep():
    with tf.GradientTape() as t:
        f = G(tf.random.normal((bs, nz)), training=True)
        p = D(f + sigma * tf.random.normal(tf.shape(f)), training=True)
        loss = bce(tf.ones_like(p), p)
    g = t.gradient(loss, G.trainable_variables)
    oG.apply_gradients(zip(g, G.trainable_variables))
    return loss


for i in range(total):
    sigma.assign(0.3 * (1 - i / total))
    ld = dstep(X[np.random.randint(0, len(X), bs)])
    for _ in range(2):
        lg = gstep()
    if i % 300 == 0:
        print(i, "D", float(ld), "G", float(lg))

# In[5]:
S = G.predict(np.random.randn(300, nz), verbose=0)
R = X[:4000]


def nn(a):
    return np.sqrt(((a[:, None] - R[None]) ** 2).sum(-1)).min(1).mean()


print("nearest digit: samples %.2f, other digits %.2f, noise of the same grey levels %.2f" % (
    nn(S[:100]), nn(X[4000:4100]), nn(np.random.permutation(X[4000:4100].ravel()).reshape(100, 196))))
print("ink: samples %.3f digits %.3f; spread: samples %.3f digits %.3f" % (
    (S.mean() + 1) / 2, (X.mean() + 1) / 2, S.std(0).mean(), X.std(0).mean()))
