"""GAN class in the old combined-model style: discriminator and generator take turns with train_on_batch.
Data: detector pulses (fast rise, exponential tail), 32 samples."""
import os
import numpy as np
import keras
from keras import layers

keras.utils.set_random_seed(12)


class PulseGAN:
    def __init__(self, length=32, latent=8):
        self.length, self.latent = length, latent
        self.disc = self.build_disc()
        self.disc.compile(optimizer=keras.optimizers.Adam(3e-4, beta_1=0.5), loss="binary_crossentropy")
        self.gen = self.build_gen()
        z = keras.Input((latent,))
        self.combined = keras.Model(z, self.disc(self.gen(z)))
        self.combined.compile(optimizer=keras.optimizers.Adam(3e-4, beta_1=0.5), loss="binary_crossentropy")

    def build_gen(self):
        return keras.Sequential([
            keras.Input((self.latent,)),
            layers.Dense(96, activation="relu"),
            layers.Dense(96, activation="relu"),
            layers.Dense(self.length, activation="sigmoid"),
        ], name="gen")

    def build_disc(self):
        return keras.Sequential([
            keras.Input((self.length,)),
            layers.Dense(96), layers.LeakyReLU(negative_slope=0.2),
            layers.Dense(48), layers.LeakyReLU(negative_slope=0.2),
            layers.Dense(1, activation="sigmoid"),
        ], name="disc")

    def noise(self, n):
        return np.random.normal(size=(n, self.latent)).astype("float32")

    def train(self, pulses, steps, batch=64):
        # real pulses are class 0 here, generated ones class 1
        zeros, ones = np.zeros((batch, 1)), np.ones((batch, 1))
        for step in range(steps):
            self.disc.trainable = True
            real = pulses[np.random.randint(0, len(pulses), batch)]
            fake = self.gen(self.noise(batch)).numpy()
            d = (self.disc.train_on_batch(real, zeros) + self.disc.train_on_batch(fake, ones)) / 2
            self.disc.trainable = False
            g = self.combined.train_on_batch(self.noise(batch), zeros)
            if step % 300 == 0:
                print(f"{step:5d}  disc {d:.3f}  gen {g:.3f}")


def make_pulses(n):
    t = np.arange(32)[None]
    t0 = np.random.uniform(4, 10, (n, 1))
    amp = np.random.uniform(0.5, 0.95, (n, 1))
    tau = np.random.uniform(4, 9, (n, 1))
    rise = 1 / (1 + np.exp(-(t - t0) * 2.0))
    p = amp * rise * np.exp(-np.clip(t - t0, 0, None) / tau)
    return np.clip(p + np.random.normal(0, 0.01, p.shape), 0, 1).astype("float32")


if __name__ == "__main__":
    pulses = make_pulses(6000)
    gan = PulseGAN()
    gan.train(pulses, int(os.environ.get("STEPS", 2400)))
    fake = gan.gen.predict(gan.noise(2000), verbose=0)
    print("height  real %.3f +- %.3f  generated %.3f +- %.3f" % (pulses.max(1).mean(), pulses.max(1).std(), fake.max(1).mean(), fake.max(1).std()))
    print("area    real %.2f +- %.2f  generated %.2f +- %.2f" % (pulses.sum(1).mean(), pulses.sum(1).std(), fake.sum(1).mean(), fake.sum(1).std()))
    print("position real %.2f +- %.2f generated %.2f +- %.2f" % (pulses.argmax(1).mean(), pulses.argmax(1).std(), fake.argmax(1).mean(), fake.argmax(1).std()))
