# GAN homework 3: two moons, keras models with train_on_batch
import os
import numpy as np
import keras
from keras import layers, optimizers

keras.utils.set_random_seed(3)
rng = np.random.default_rng(3)

EPOCHS = int(os.environ.get("STEPS", 2200))
BATCH = 64
LATENT = 8


def two_moons(n):
    t = rng.uniform(0, np.pi, n)
    top = rng.integers(0, 2, n)
    x = np.where(top == 1, np.cos(t), 1 - np.cos(t))
    y = np.where(top == 1, np.sin(t), 0.5 - np.sin(t))
    pts = np.stack([x - 0.5, y - 0.25], 1) + rng.normal(0, 0.05, (n, 2))
    return pts.astype("float32")


data = two_moons(5000)

# discriminator
D = keras.Sequential([keras.Input((2,)), layers.Dense(96), layers.LeakyReLU(negative_slope=0.2),
                      layers.Dense(96), layers.LeakyReLU(negative_slope=0.2), layers.Dense(1, activation="sigmoid")])
D.compile(loss="binary_crossentropy", optimizer=optimizers.Adam(1e-3, beta_1=0.5), metrics=["accuracy"])

# generator
G = keras.Sequential([keras.Input((LATENT,)), layers.Dense(96, activation="relu"),
                      layers.Dense(96, activation="relu"), layers.Dense(2)])


def set_trainable(model, flag):
    model.trainable = flag
    for layer in model.layers:
        layer.trainable = flag


# first call builds the train function of D with its weights trainable
set_trainable(D, True)
D.train_on_batch(data[:BATCH], np.ones((BATCH, 1)))
set_trainable(D, False)
z_in = keras.Input((LATENT,))
gan = keras.Model(z_in, D(G(z_in)))
gan.compile(loss="binary_crossentropy", optimizer=optimizers.Adam(5e-4, beta_1=0.5))

half_ones = np.ones((BATCH, 1))
half_zeros = np.zeros((BATCH, 1))

for epoch in range(EPOCHS):
    real = data[rng.integers(0, len(data), BATCH)]
    fake = G(rng.normal(size=(BATCH, LATENT)).astype("float32")).numpy()
    X = np.concatenate([real, fake])
    y = np.concatenate([half_ones, half_zeros])
    # mix real and fake rows
    X = X[rng.permutation(2 * BATCH)]
    set_trainable(D, True)
    d = D.train_on_batch(X, y)
    set_trainable(D, False)
    g = gan.train_on_batch(rng.normal(size=(BATCH, LATENT)).astype("float32"), half_ones)
    if epoch % 300 == 0:
        print(epoch, "D loss/acc", [round(float(v), 3) for v in d], "G loss", round(float(g), 3))

out = G.predict(rng.normal(size=(2000, LATENT)), verbose=0)
ref = two_moons(2000)
dist = np.sqrt(((out[:, None] - ref[None]) ** 2).sum(-1))
print("mean distance generated->data", dist.min(1).mean(), " data->generated", dist.min(0).mean())
