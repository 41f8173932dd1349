from __future__ import print_function, division

import os
import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parent.parent))

import numpy as np
import keras
from keras import Model
from keras.layers import (BatchNormalization, Dense, Dropout, Embedding, Flatten, Input, LeakyReLU,
                          Multiply, Reshape)
from keras.optimizers import Adam
from digits import load_digits


class ACGAN():
    def __init__(self):
        self.img_shape = (14, 14, 1)
        self.num_classes = 10
        self.latent_dim = 50
        losses = ['binary_crossentropy', 'sparse_categorical_crossentropy']

        # discriminator: valid or not, and which digit
        self.discriminator = self.build_discriminator()
        self.discriminator.compile(loss=losses, optimizer=Adam(4e-4, 0.5))

        # combined model trains the generator only
        self.generator = self.build_generator()
        noise = Input(shape=(self.latent_dim,))
        label = Input(shape=(1,), dtype='int32')
        img = self.generator([noise, label])
        valid, target_label = self.discriminator(img)
        self.combined = Model([noise, label], [valid, target_label])
        self.combined.compile(loss=losses, optimizer=Adam(6e-4, 0.5))

    def build_generator(self):
        noise = Input(shape=(self.latent_dim,))
        label = Input(shape=(1,), dtype='int32')
        emb = Flatten()(Embedding(self.num_classes, self.latent_dim, embeddings_initializer='random_normal')(label))
        emb = Dense(self.latent_dim)(emb)
        h = keras.layers.Concatenate()([noise, emb])
        for units in (128, 256):
            h = Dense(units)(h)
            h = BatchNormalization(momentum=0.8)(h)
            h = LeakyReLU(negative_slope=0.2)(h)
        h = Dense(int(np.prod(self.img_shape)), activation='tanh')(h)
        return Model([noise, label], Reshape(self.img_shape)(h))

    def build_discriminator(self):
        img = Input(shape=self.img_shape)
        h = Flatten()(img)
        for units in (256, 128):
            h = Dense(units)(h)
            h = LeakyReLU(negative_slope=0.2)(h)
            h = Dropout(0.3)(h)
        validity = Dense(1, activation='sigmoid')(h)
        label = Dense(self.num_classes, activation='softmax')(h)
        return Model(img, [validity, label])

    def train(self, steps, batch_size=64, report=300):
        X_train, y_train = load_digits('train', 12000)
        X_train = X_train.reshape(-1, 14, 2, 14, 2).mean(axis=(2, 4))   # half size
        X_train = ((X_train - 127.5) / 127.5).astype('float32')[..., None]
        y_train = y_train.reshape(-1, 1)
        self.X_train, self.y_train = X_train, y_train

        valid = np.ones((batch_size, 1))
        fake = np.zeros((batch_size, 1))

        for step in range(steps):
            idx = np.random.randint(0, X_train.shape[0], batch_size)
            imgs, img_labels = X_train[idx], y_train[idx]

            noise = np.random.normal(0, 1, (batch_size, self.latent_dim))
            sampled_labels = np.random.randint(0, self.num_classes, (batch_size, 1))
            gen_imgs = np.asarray(self.generator([noise, sampled_labels], training=True))

            self.discriminator.trainable = True
            d_real = self.discriminator.train_on_batch(imgs, [valid, img_labels])
            d_fake = self.discriminator.train_on_batch(gen_imgs, [fake, sampled_labels])

            self.discriminator.trainable = False
            g_loss = self.combined.train_on_batch([noise, sampled_labels], [valid, img_labels])

            if step % report == 0:
                print("%d [D loss: %.3f] [G loss: %.3f]" % (step, 0.5 * (d_real[0] + d_fake[0]), g_loss[0]))

    def sample(self, per_class=10):
        labels = np.repeat(np.arange(self.num_classes), per_class).reshape(-1, 1)
        noise = np.random.normal(0, 1, (len(labels), self.latent_dim))
        return np.asarray(self.generator([noise, labels], training=False)), labels[:, 0]


if __name__ == '__main__':
    keras.utils.set_random_seed(17)
    acgan = ACGAN()
    acgan.train(steps=min(1500, int(os.environ.get('STEPS', 1500))))
    imgs, labels = acgan.sample()
    for k in range(10):
        print("digit", k, "mean intensity %.3f" % imgs[labels == k].mean())
