import os
import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parent.parent))
import numpy as np
import keras
from keras.layers import Dense, Dropout, Input, LeakyReLU
from keras.models import Model, Sequential
from keras.optimizers import Adam
from digits import load_digits

keras.utils.set_random_seed(1234)
latent = 32
half = 64
steps = int(os.environ.get("STEPS", 2600))

(images, labels) = load_digits(count=12000)
images = images.reshape((-1, 14, 2, 14, 2)).mean(axis=(2, 4))      # 14 x 14 is enough here
images = images.reshape((-1, 196)).astype(np.float32) / 127.5 - 1

# in this project the discriminator answers "is it a fake?": real = 0, fake = 1
REAL, FAKE = 0.1, 1.0


def generator_model():
    m = Sequential(name="generator")
    m.add(Input((latent,)))
    m.add(Dense(128))
    m.add(LeakyReLU(negative_slope=0.2))
    m.add(Dense(256))
    m.add(LeakyReLU(negative_slope=0.2))
    m.add(Dense(196, activation="tanh"))
    return m


def discriminator_model():
    m = Sequential(name="fake_detector")
    m.add(Input((196,)))
    m.add(Dense(128))
    m.add(LeakyReLU(negative_slope=0.2))
    m.add(Dropout(0.2))
    m.add(Dense(96))
    m.add(LeakyReLU(negative_slope=0.2))
    m.add(Dense(1, activation="sigmoid"))
    return m


G = generator_model()
D = discriminator_model()
D.compile(loss="binary_crossentropy", optimizer=Adam(3e-4, beta_1=0.5))

D.trainable = False
z_in = Input((latent,))
GAN = Model(z_in, D(G(z_in)))
GAN.compile(loss="binary_crossentropy", optimizer=Adam(3e-4, beta_1=0.5))


def noise(n):
    return np.random.uniform(-1, 1, (n, latent)).astype(np.float32)


y_d = np.concatenate([np.full((half, 1), REAL), np.full((half, 1), FAKE)])
y_g = np.zeros((2 * half, 1))          # the generator wants the answer "no fake"

for step in range(1, steps + 1):
    D.trainable = True
    real = images[np.random.randint(0, len(images), half)]
    fake = np.array(G(noise(half), training=False))
    d_loss = D.train_on_batch(np.concatenate([real, fake]), y_d)

    D.trainable = False
    g_loss = GAN.train_on_batch(noise(2 * half), y_g)
    if step == 1 or step % 400 == 0:
        print("step %5d | detector %.3f | generator %.3f" % (step, d_loss, g_loss))

out = G.predict(noise(300), verbose=0)
ref = images[:4000]
d2 = (out ** 2).mean(1)[:, None] + (ref ** 2).mean(1)[None] - 2 * out @ ref.T / 196
print("mean pixel %.3f (data %.3f), spread %.3f (data %.3f), nearest digit %.3f" % (
    out.mean(), ref.mean(), out.std(0).mean(), ref.std(0).mean(),
    np.sqrt(np.maximum(d2, 0)).min(1).mean()))
