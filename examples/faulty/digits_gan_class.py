import os
import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parent.parent))
import keras
import numpy as np
from digits import load_digits
from keras.layers import Dense, Flatten, Input, LeakyReLU, Reshape
from keras.models import Model, Sequential
from keras.optimizers import Adam


class GAN():
    def __init__(self):
        keras.utils.set_random_seed(1)
        self.img_shape = (28, 28, 1)
        self.latent_dim = 32

        # Build and compile the discriminator
        self.discriminator = self.build_discriminator()
        self.discriminator.compile(loss='binary_crossentropy', optimizer=Adam(0.0003, 0.5))

        # Build the generator
        self.generator = self.build_generator()

        # For the combined model we will only train the generator
        z = Input(shape=(self.latent_dim,))
        img = self.generator(z)
        self.discriminator.trainable = False
        validity = self.discriminator(img)
        self.combined = Model(z, validity)
        self.combined.compile(loss='binary_crossentropy', optimizer=Adam(0.0003, 0.5))

    def build_generator(self):
        model = Sequential()
        model.add(Input(shape=(self.latent_dim,)))
        model.add(Dense(128))
        model.add(LeakyReLU(negative_slope=0.2))
        model.add(Dense(256))
        model.add(LeakyReLU(negative_slope=0.2))
        model.add(Dense(784, activation='tanh'))
        model.add(Reshape(self.img_shape))
        return model

    def build_discriminator(self):
        model = Sequential()
        model.add(Input(shape=self.img_shape))
        model.add(Flatten())
        model.add(Dense(128))
        model.add(LeakyReLU(negative_slope=0.2))
        model.add(Dense(64))
        model.add(LeakyReLU(negative_slope=0.2))
        model.add(Dense(1, activation='sigmoid'))
        return model

    def train(self, steps, batch_size=64, print_interval=300):
        X_train, _ = load_digits(count=12000)
        X_train = X_train.astype('float32') / 127.5 - 1.
        X_train = np.expand_dims(X_train, axis=3)
        self.X_train = X_train

        valid = np.ones((batch_size, 1))
        fake = np.zeros((batch_size, 1))

        for step in range(steps):
            # Train the discriminator
            idx = np.random.randint(0, X_train.shape[0], batch_size)
            imgs = X_train[idx]
            noise = np.random.normal(0, 1, (batch_size, self.latent_dim))
            gen_imgs = np.array(self.generator(noise))
            d_loss_real = self.discriminator.train_on_batch(imgs, valid)
            d_loss_fake = self.discriminator.train_on_batch(gen_imgs, fake)
            d_loss = 0.5 * (d_loss_real + d_loss_fake)

            # Train the generator (to have the discriminator label samples as valid)
            noise = np.random.normal(0, 1, (batch_size, self.latent_dim))
            g_loss = self.combined.train_on_batch(noise, valid)

            if step % print_interval == 0 or step == steps - 1:
                print("%d [D loss: %f] [G loss: %f]" % (step, d_loss, g_loss))

    def look(self):
        noise = np.random.normal(0, 1, (200, self.latent_dim))
        imgs = self.generator.predict(noise, verbose=0).reshape(200, -1)
        real = self.X_train[:3000].reshape(3000, -1)
        d2 = (imgs ** 2).mean(1)[:, None] + (real ** 2).mean(1)[None] - 2 * imgs @ real.T / 784
        print("mean pixel %.3f (data %.3f)" % (imgs.mean(), real.mean()))
        print("spread over samples %.3f (data %.3f)" % (imgs.std(0).mean(), real.std(0).mean()))
        print("distance to the nearest digit %.3f" % np.sqrt(np.maximum(d2, 0)).min(1).mean())


if __name__ == '__main__':
    gan = GAN()
    gan.train(steps=int(os.environ.get('STEPS', 2000)))
    gan.look()
