import os
import numpy as np
import keras
from keras.layers import Input, Dense, LeakyReLU
from keras.models import Model, Sequential
from keras.optimizers import Adam


class GAN():
    def __init__(self):
        self.latent_dim = 10
        self.point_dim = 2
        optimizer_d = Adam(0.001, beta_1=0.5)
        optimizer_g = Adam(0.001, beta_1=0.5)

        # Build and compile the discriminator
        self.discriminator = self.build_discriminator()
        self.discriminator.compile(loss='binary_crossentropy', optimizer=optimizer_d, metrics=['accuracy'])

        # Build the generator
        self.generator = self.build_generator()

        # The generator takes noise as input and generates points
        z = Input(shape=(self.latent_dim,))
        point = self.generator(z)

        # For the combined model we will only train the generator
        self.discriminator.trainable = False
        validity = self.discriminator(point)

        # The combined model (stacked generator and discriminator)
        self.combined = Model(z, validity)
        self.combined.compile(loss='binary_crossentropy', optimizer=optimizer_g)

    def build_generator(self):
        model = Sequential()
        model.add(Input(shape=(self.latent_dim,)))
        model.add(Dense(64))
        model.add(LeakyReLU(negative_slope=0.2))
        model.add(Dense(64))
        model.add(LeakyReLU(negative_slope=0.2))
        model.add(Dense(self.point_dim))
        return model

    def build_discriminator(self):
        model = Sequential()
        model.add(Input(shape=(self.point_dim,)))
        model.add(Dense(64))
        model.add(LeakyReLU(negative_slope=0.2))
        model.add(Dense(64))
        model.add(LeakyReLU(negative_slope=0.2))
        model.add(Dense(1, activation='sigmoid'))
        return model

    def load_points(self, n=5000):
        a = np.random.uniform(0, 2 * np.pi, n)
        p = np.stack([2 * np.cos(a), 2 * np.sin(a)], axis=1)
        return (p + np.random.normal(0, 0.1, p.shape)).astype('float32')

    def train(self, epochs, batch_size=128, print_interval=250):
        X_train = self.load_points()
        valid = np.ones((batch_size, 1))
        fake = np.zeros((batch_size, 1))

        for epoch in range(epochs):
            # ---------------------
            #  Train Discriminator
            # ---------------------
            idx = np.random.randint(0, X_train.shape[0], batch_size)
            real_points = X_train[idx]
            noise = np.random.normal(0, 1, (batch_size, self.latent_dim)).astype('float32')
            gen_points = self.generator(noise).numpy()
            d_loss_real = self.discriminator.train_on_batch(real_points, valid)
            d_loss_fake = self.discriminator.train_on_batch(gen_points, fake)
            d_loss = 0.5 * np.add(d_loss_real, d_loss_fake)

            # ---------------------
            #  Train Generator
            # ---------------------
            noise = np.random.normal(0, 1, (batch_size, self.latent_dim)).astype('float32')
            g_loss = self.combined.train_on_batch(noise, valid)

            if epoch % print_interval == 0:
                print("%d [D loss: %f, acc.: %.2f%%] [G loss: %f]" % (epoch, d_loss[0], 100 * d_loss[1], g_loss))

    def report(self, n=2000):
        pts = self.generator.predict(np.random.normal(0, 1, (n, self.latent_dim)), verbose=0)
        r = np.linalg.norm(pts, axis=1)
        print("radius %.2f +- %.2f (data: 2.00 +- 0.10), near the ring: %.2f" % (r.mean(), r.std(), np.mean(np.abs(r - 2) < 0.4)))
        quadrants = [np.mean(((pts[:, 0] > 0) == a) & ((pts[:, 1] > 0) == b))
                     for a in (True, False) for b in (True, False)]
        print("share per quadrant", np.round(quadrants, 2))


if __name__ == '__main__':
    keras.utils.set_random_seed(42)
    gan = GAN()
    gan.train(epochs=int(os.environ.get('STEPS', 2000)))
    gan.report()
