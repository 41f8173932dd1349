"""WGAN on 1-D pulses with train_on_batch: real signals are labelled -1 and generated ones +1, the loss is the
mean of label times score, and a constraint keeps the weights of the critic within a small box."""
import os

import numpy as np
import keras
from keras import layers, ops

STEPS = int(os.environ.get("STEPS", 1000))
N_CRITIC = 5
HALF = 32
LATENT = 10
POINTS = 32


class ClipConstraint(keras.constraints.Constraint):
    def __init__(self, clip_value):
        self.clip_value = clip_value

    def __call__(self, weights):
        return ops.clip(weights, -self.clip_value, self.clip_value)

    def get_config(self):
        return {"clip_value": self.clip_value}


def wasserstein_loss(y_true, y_pred):
    return ops.mean(y_true * y_pred)


def define_critic():
    const = ClipConstraint(0.1)
    model = keras.Sequential([
        layers.Input((POINTS,)),
        layers.Dense(64, kernel_constraint=const), layers.LeakyReLU(0.2),
        layers.Dense(64, kernel_constraint=const), layers.LeakyReLU(0.2),
        layers.Dense(1, kernel_constraint=const),
    ])
    model.compile(loss=wasserstein_loss, optimizer=keras.optimizers.RMSprop(learning_rate=0.0005))
    return model


def define_generator():
    return keras.Sequential([
        layers.Input((LATENT,)),
        layers.Dense(64), layers.LeakyReLU(0.2),
        layers.Dense(64), layers.LeakyReLU(0.2),
        layers.Dense(POINTS),
    ])


def define_gan(generator, critic):
    critic.trainable = False
    model = keras.Sequential([generator, critic])
    model.compile(loss=wasserstein_loss, optimizer=keras.optimizers.RMSprop(learning_rate=0.0005))
    return model


def pulses(n):
    """A bump of random place, height and width."""
    t = np.linspace(-1, 1, POINTS)[None]
    place = np.random.uniform(-0.6, 0.6, (n, 1))
    height = np.random.uniform(0.8, 1.6, (n, 1))
    width = np.random.uniform(0.12, 0.25, (n, 1))
    return height * np.exp(-0.5 * ((t - place) / width) ** 2)


def latent_points(n):
    return np.random.randn(n, LATENT)


def train(generator, critic, gan):
    c1_hist, c2_hist, g_hist = [], [], []
    per_epoch = max(1, STEPS // 10)
    for step in range(1, STEPS + 1):
        critic.trainable = True
        for _ in range(N_CRITIC):
            critic.reset_metrics()
            c1_hist.append(critic.train_on_batch(pulses(HALF), -np.ones((HALF, 1))))
            critic.reset_metrics()
            fake = generator(latent_points(HALF)).numpy()
            c2_hist.append(critic.train_on_batch(fake, np.ones((HALF, 1))))
        critic.trainable = False
        gan.reset_metrics()
        g_hist.append(gan.train_on_batch(latent_points(2 * HALF), -np.ones((2 * HALF, 1))))
        if step % per_epoch == 0:
            c1, c2 = np.mean(c1_hist[-N_CRITIC * per_epoch:]), np.mean(c2_hist[-N_CRITIC * per_epoch:])
            print(">%d, c1=%.3f, c2=%.3f g=%.3f" % (step, c1, c2, np.mean(g_hist[-per_epoch:])))


keras.utils.set_random_seed(77)
critic = define_critic()
generator = define_generator()
gan = define_gan(generator, critic)
train(generator, critic, gan)
made = generator(latent_points(1000)).numpy()
real = pulses(1000)
print("peak height: real %.3f made %.3f" % (real.max(axis=1).mean(), made.max(axis=1).mean()))
print("roughness:   real %.3f made %.3f" % (np.abs(np.diff(real)).mean(), np.abs(np.diff(made)).mean()))
