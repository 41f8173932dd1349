import os
import sys
from pathlib import Path

import numpy as np
from keras import Sequential, Model, Input
from keras.layers import Dense, LeakyReLU, Reshape, Flatten
from keras.optimizers import Adam
from keras.utils import set_random_seed

sys.path.append(str(Path(__file__).resolve().parent.parent))
from digits import load_digits

set_random_seed(42)


class GAN():
    def __init__(self):
        self.img_shape = (14, 14, 1)
        self.latent_dim = 32

        # Build and compile the discriminator
        self.discriminator = self.build_discriminator()
        self.discriminator.compile(loss='binary_crossentropy', optimizer=Adam(0.0003, 0.5), metrics=['accuracy'])

        # Build the generator
        self.generator = self.build_generator()

        # The generator takes noise as input and generates imgs
        z = Input(shape=(self.latent_dim,))
        img = self.generator(z)

        # For the combined model we will only train the generator
        self.discriminator.trainable = False

        # The discriminator takes generated images as input and determines validity
        validity = self.discriminator(img)

        # The combined model (stacked generator and discriminator)
        self.combined = Model(z, validity)
        self.combined.compile(loss='binary_crossentropy', optimizer=Adam(0.0003, 0.5))

    def build_generator(self):
        model = Sequential()
        model.add(Input(shape=(self.latent_dim,)))
        model.add(Dense(128))
        model.add(LeakyReLU(negative_slope=0.2))
        model.add(Dense(256))
        model.add(LeakyReLU(negative_slope=0.2))
        model.add(Dense(int(np.prod(self.img_shape)), activation='tanh'))
        model.add(Reshape(self.img_shape))
        return model

    def build_discriminator(self):
        model = Sequential()
        model.add(Input(shape=self.img_shape))
        model.add(Flatten())
        model.add(Dense(256))
        model.add(LeakyReLU(negative_slope=0.2))
        model.add(Dense(128))
        model.add(LeakyReLU(negative_slope=0.2))
        model.add(Dense(1, activation='sigmoid'))
        return model

    def train(self, epochs, batch_size=64, sample_interval=300):
        # Load the dataset, average 2x2 pixels, rescale to -1..1
        X_train, _ = load_digits("train", 12000)
        X_train = X_train.reshape(-1, 14, 2, 14, 2).mean(axis=(2, 4))
        X_train = (X_train / 127.5 - 1.0).astype('float32')[..., None]

        valid = np.ones((batch_size, 1))
        fake = np.zeros((batch_size, 1))

        for epoch in range(epochs):
            # Train the discriminator
            idx = np.random.randint(0, X_train.shape[0], batch_size)
            imgs = X_train[idx]
            noise = np.random.normal(0, 1, (batch_size, self.latent_dim)).astype('float32')
            gen_imgs = self.generator(noise).numpy()
            d_loss_real = self.discriminator.train_on_batch(imgs, valid)
            d_loss_fake = self.discriminator.train_on_batch(gen_imgs, fake)
            d_loss = 0.5 * np.add(d_loss_real, d_loss_fake)

            # Train the generator
            noise = np.random.normal(0, 1, (batch_size, self.latent_dim)).astype('float32')
            g_loss = self.combined.train_on_batch(noise, valid)

            if epoch % sample_interval == 0:
                print("%d [D loss: %f, acc.: %.2f%%] [G loss: %f]" % (epoch, d_loss[0], 100 * d_loss[1], g_loss))

        imgs = self.generator.predict(np.random.normal(0, 1, (500, self.latent_dim)), verbose=0)
        print("mean pixel  data %.3f  generated %.3f" % (X_train.mean(), imgs.mean()))
        print("pixel std over samples  data %.3f  generated %.3f" % (X_train.std(0).mean(), imgs.std(0).mean()))
        a, b = imgs.reshape(500, -1), X_train[:3000].reshape(3000, -1)
        d2 = (a ** 2).sum(1)[:, None] + (b ** 2).sum(1)[None] - 2 * a @ b.T
        print("distance of the generated digits to the nearest real one: %.2f" % np.sqrt(np.maximum(d2.min(1), 0)).mean())


if __name__ == '__main__':
    gan = GAN()
    gan.train(epochs=int(os.environ.get("STEPS", 2000)))
