# WGAN on short pulses (1-D signals of 32 samples), keras train_on_batch version
import os
import numpy as np
import keras
from keras import ops
from keras.constraints import Constraint
from keras.layers import Dense, LeakyReLU, Input
from keras.models import Sequential
from keras.optimizers import RMSprop

keras.utils.set_random_seed(3)


class ClipConstraint(Constraint):
    """clip the critic's weights to a hypercube"""

    def __init__(self, clip_value):
        self.clip_value = clip_value

    def __call__(self, weights):
        return ops.clip(weights, -self.clip_value, self.clip_value)

    def get_config(self):
        return {"clip_value": self.clip_value}


def wasserstein_loss(y_true, y_pred):
    return ops.mean(y_true * y_pred)


def make_pulses(n):
    t = np.linspace(0, 1, 32)
    centre = np.random.uniform(0.3, 0.7, (n, 1))
    height = np.random.uniform(0.5, 0.9, (n, 1))
    x = height * np.exp(-((t - centre) ** 2) / (2 * 0.1 ** 2))
    return x.astype("float32")


def define_critic():
    const = ClipConstraint(0.1)
    return Sequential([
        Input((32,)),
        Dense(64, kernel_constraint=const), LeakyReLU(0.2),
        Dense(64, kernel_constraint=const), LeakyReLU(0.2),
        Dense(1, kernel_constraint=const),
    ], name="critic")


def define_generator(latent_dim):
    return Sequential([
        Input((latent_dim,)),
        Dense(64), LeakyReLU(0.2),
        Dense(64), LeakyReLU(0.2),
        Dense(32, activation="tanh"),
    ], name="generator")


def latent(n, dim):
    return np.random.randn(n, dim).astype("float32")


latent_dim, n_batch, n_critic = 6, 64, 3
n_iter = int(os.environ.get("STEPS", 1500))

dataset = make_pulses(5000)
critic = define_critic()
critic.compile(loss=wasserstein_loss, optimizer=RMSprop(0.0005))
generator = define_generator(latent_dim)
wgan = Sequential([Input((latent_dim,)), generator, critic])
wgan.compile(loss=wasserstein_loss, optimizer=RMSprop(0.0005))

y_real = -np.ones((n_batch, 1), dtype="float32")
y_fake = np.zeros((n_batch, 1), dtype="float32")

for i in range(n_iter):
    critic.trainable = True
    for _ in range(n_critic):
        x_real = dataset[np.random.randint(0, len(dataset), n_batch)]
        x_fake = generator(latent(n_batch, latent_dim)).numpy()
        c_real = critic.train_on_batch(x_real, y_real)
        c_fake = critic.train_on_batch(x_fake, y_fake)
    critic.trainable = False
    g_loss = wgan.train_on_batch(latent(n_batch, latent_dim), y_real)
    if i % 250 == 0 or i == n_iter - 1:
        print(">%d, critic real %.3f fake %.3f, g %.3f" % (i, c_real, c_fake, g_loss))
        for m in (critic, wgan):
            m.reset_metrics()

out = generator.predict(latent(1000, latent_dim), verbose=0)
t = np.linspace(0, 1, 32)
for name, s in (("real", dataset[:1000]), ("generated", out)):
    peak = s.max(axis=1)
    print("%-10s peak height %.2f (sd %.2f)  peak position %.2f (sd %.2f)  edges %.3f" % (
        name, peak.mean(), peak.std(), t[s.argmax(axis=1)].mean(), t[s.argmax(axis=1)].std(), np.abs(s[:, [0, -1]]).mean()))
