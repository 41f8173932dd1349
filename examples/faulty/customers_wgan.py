"""Synthetic customers (age, income, visits, basket) with a clipped Wasserstein GAN."""
import os
import numpy as np
import keras
from keras import ops
from keras.layers import Dense, Input, LeakyReLU
from keras.models import Model, Sequential
from keras.optimizers import RMSprop


def wasserstein(y_true, y_pred):
    return ops.mean(y_true * y_pred)


class CustomerGAN:
    def __init__(self):
        keras.utils.set_random_seed(21)
        self.rng = np.random.default_rng(21)
        self.n_cols = 4
        self.latent_dim = 6
        self.n_critic = 3
        self.clip_value = 0.1
        self.data = self.load_customers()
        self.generator = self.build_generator()
        self.critic = self.build_critic()
        self.critic.compile(loss=wasserstein, optimizer=RMSprop(5e-4))

        self.critic.trainable = False
        z = Input(shape=(self.latent_dim,))
        self.combined = Model(z, self.critic(self.generator(z)))
        self.combined.compile(loss=wasserstein, optimizer=RMSprop(5e-4))

    def load_customers(self, n=6000):
        r = self.rng
        group = r.random(n) < 0.35                      # young / older customers
        age = np.where(group, r.normal(27, 4, n), r.normal(52, 7, n))
        income = 12 + 0.9 * age + r.normal(0, 6, n)
        visits = np.where(group, r.normal(9, 1.5, n), r.normal(4, 1.0, n))
        basket = 0.5 * income + r.normal(0, 4, n)
        x = np.stack([age, income, visits, basket], 1)
        self.mean, self.std = x.mean(0), x.std(0)
        return ((x - self.mean) / self.std).astype("float32")

    def build_generator(self):
        return Sequential([Input(shape=(self.latent_dim,)),
                           Dense(48, activation="relu"), Dense(48, activation="relu"),
                           Dense(self.n_cols)])

    def build_critic(self):
        return Sequential([Input(shape=(self.n_cols,)),
                           Dense(64), LeakyReLU(negative_slope=0.2),
                           Dense(64), LeakyReLU(negative_slope=0.2),
                           Dense(1)])

    def sample_z(self, n):
        return self.rng.normal(size=(n, self.latent_dim)).astype("float32")

    def train(self, steps, batch_size=128):
        valid = -np.ones((batch_size, 1), "float32")
        fake = np.zeros((batch_size, 1), "float32")
        for step in range(steps):
            self.critic.trainable = True
            for _ in range(self.n_critic):
                rows = self.data[self.rng.integers(0, len(self.data), batch_size)]
                made = self.generator(self.sample_z(batch_size)).numpy()
                d_loss = self.critic.train_on_batch(np.concatenate([rows, made]),
                                                    np.concatenate([valid, fake]))
                for w in self.critic.trainable_weights:
                    w.assign(ops.clip(w, -self.clip_value, self.clip_value))
            self.critic.trainable = False
            g_loss = self.combined.train_on_batch(self.sample_z(batch_size), valid)
            if step % 200 == 0 or step == steps - 1:
                print("%d [D loss: %f] [G loss: %f]" % (step, d_loss, g_loss))

    def report(self):
        s = self.generator.predict(self.sample_z(3000), verbose=0)
        print("mean (0 wanted)", s.mean(0).round(2), " std (1 wanted)", s.std(0).round(2))
        print("correlation data ", np.corrcoef(self.data.T)[0].round(2))
        print("correlation synth", np.corrcoef(s.T)[0].round(2))
        young = s[:, 0] * self.std[0] + self.mean[0] < 38
        print("share of young customers %.2f (data 0.35)" % young.mean())


if __name__ == "__main__":
    gan = CustomerGAN()
    gan.train(steps=int(os.environ.get("STEPS", 1200)))
    gan.report()
