# GAN on a ring of points. Convention in this file: 0 = real, 1 = generated
import os
import numpy as np
import keras
from keras import layers

keras.utils.set_random_seed(12)
LATENT = 6
BATCH = 64
STEPS = int(os.environ.get("STEPS", 2500))
REAL, GENERATED = 0.0, 1.0


def ring(n):
    a = np.random.uniform(0, 2 * np.pi, n)
    r = np.random.normal(1.0, 0.05, n)
    return np.stack([r * np.sin(a), r * np.cos(a)], 1).astype("float32")


gen = keras.Sequential([
    keras.Input((LATENT,)),
    layers.Dense(64, activation="relu"),
    layers.Dense(64, activation="relu"),
    layers.Dense(2),
])
dis = keras.Sequential([
    keras.Input((2,)),
    layers.Dense(96), layers.LeakyReLU(negative_slope=0.2),
    layers.Dense(96), layers.LeakyReLU(negative_slope=0.2),
    layers.Dense(1, activation="sigmoid"),
])
dis.compile(keras.optimizers.Adam(1e-3, beta_1=0.5), loss="binary_crossentropy", metrics=["accuracy"])

both = keras.Sequential([keras.Input((LATENT,)), gen, dis])
both.compile(keras.optimizers.Adam(5e-4, beta_1=0.5), loss="binary_crossentropy")


def set_trainable(model, flag):
    model.trainable = flag
    for layer in model.layers:
        layer.trainable = flag


data = ring(5000)
for step in range(STEPS):
    # one mixed batch for the discriminator
    noise = np.random.normal(size=(BATCH, LATENT)).astype("float32")
    x = np.concatenate([data[np.random.choice(len(data), BATCH)], gen(noise).numpy()])
    y = np.concatenate([np.full((BATCH, 1), REAL), np.full((BATCH, 1), GENERATED)])
    order = np.random.permutation(2 * BATCH)
    set_trainable(dis, True)
    d = dis.train_on_batch(x[order], y[order], return_dict=True)

    # the generator wants to be called real
    set_trainable(dis, False)
    noise = np.random.normal(size=(2 * BATCH, LATENT)).astype("float32")
    g = both.train_on_batch(noise, np.full((2 * BATCH, 1), REAL), return_dict=True)
    if step % 500 == 0:
        print(step, "d %.3f acc %.2f g %.3f" % (d["loss"], d["accuracy"], g["loss"]))
        dis.reset_metrics()
        both.reset_metrics()

s = gen.predict(np.random.normal(size=(2000, LATENT)), verbose=0)
r = np.hypot(*s.T)
a = np.histogram(np.arctan2(s[:, 1], s[:, 0]), bins=8, range=(-np.pi, np.pi))[0] / len(s)
print("radius %.3f +- %.3f, within 0.2 of the ring %.2f" % (r.mean(), r.std(), np.mean(np.abs(r - 1) < 0.2)))
print("share per octant", np.round(a, 3))
