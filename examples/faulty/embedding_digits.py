"""A conditional DCGAN on the digits: the class enters generator and discriminator through an embedding."""
import os
import sys
from pathlib import Path

import keras
import tensorflow as tf
from keras import layers, ops

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from digits import load_digits

latent_dim = 64
num_classes = 10
batch_size = 48
steps = int(os.environ.get("STEPS", 1100))
epochs = 6


def build_generator():
    z = keras.Input((latent_dim,))
    label = keras.Input((), dtype="int32")
    e = layers.Embedding(num_classes, 10)(label)
    x = layers.Concatenate()([z, e])
    x = layers.Dense(7 * 7 * 32)(x)
    x = layers.BatchNormalization()(x)
    x = layers.ReLU()(x)
    x = layers.Reshape((7, 7, 32))(x)
    x = layers.Conv2DTranspose(24, 4, 2, "same")(x)
    x = layers.BatchNormalization()(x)
    x = layers.ReLU()(x)
    x = layers.Conv2DTranspose(1, 4, 2, "same", activation="tanh")(x)
    return keras.Model([z, label], x, name="generator")


def build_discriminator():
    image = keras.Input((28, 28, 1))
    label = keras.Input((), dtype="int32")
    x = layers.Conv2D(20, 4, 2, "same")(image)
    x = layers.LeakyReLU(0.2)(x)
    x = layers.Conv2D(40, 4, 2, "same")(x)
    x = layers.LeakyReLU(0.2)(x)
    x = layers.Flatten()(x)
    x = layers.Dropout(0.3)(x)
    gates = keras.initializers.RandomNormal(1.0, 0.3)
    x = layers.Multiply()([x, layers.Embedding(num_classes, 7 * 7 * 40, embeddings_initializer=gates)(label)])
    return keras.Model([image, label], layers.Dense(1)(x), name="discriminator")


class ConditionalGAN(keras.Model):
    def __init__(self):
        super().__init__()
        self.generator = build_generator()
        self.discriminator = build_discriminator()
        self.seed_gen = keras.random.SeedGenerator(3)
        self.d_metric = keras.metrics.Mean(name="d_loss")
        self.g_metric = keras.metrics.Mean(name="g_loss")

    @property
    def metrics(self):
        return [self.d_metric, self.g_metric]

    def compile(self, d_opt, g_opt, loss):
        super().compile(loss=loss)
        self.d_opt, self.g_opt, self.loss_fn = d_opt, g_opt, loss

    def train_step(self, data):
        real_images, labels = data
        n = ops.shape(real_images)[0]
        z = keras.random.normal((n, latent_dim), seed=self.seed_gen)
        fake_labels = keras.random.randint((n,), 0, num_classes, seed=self.seed_gen)
        with tf.GradientTape() as tape:
            fake_images = self.generator([z, fake_labels], training=True)
            real_logits = self.discriminator([real_images, labels], training=True)
            fake_logits = self.discriminator([fake_images, labels], training=True)
            d_loss = self.loss_fn(ops.ones_like(real_logits), real_logits)
            d_loss += self.loss_fn(ops.zeros_like(fake_logits), fake_logits)
        grads = tape.gradient(d_loss, self.discriminator.trainable_weights)
        self.d_opt.apply(grads, self.discriminator.trainable_weights)

        z = keras.random.normal((n, latent_dim), seed=self.seed_gen)
        with tf.GradientTape() as tape:
            fake_images = self.generator([z, fake_labels], training=True)
            fake_logits = self.discriminator([fake_images, labels], training=True)
            g_loss = self.loss_fn(ops.ones_like(fake_logits), fake_logits)
        grads = tape.gradient(g_loss, self.generator.trainable_weights)
        self.g_opt.apply(grads, self.generator.trainable_weights)

        self.d_metric.update_state(d_loss)
        self.g_metric.update_state(g_loss)
        return {m.name: m.result() for m in self.metrics}


if __name__ == "__main__":
    keras.utils.set_random_seed(42)
    x, y = load_digits(count=20000)
    x = (x[..., None].astype("float32") - 127.5) / 127.5
    train = tf.data.Dataset.from_tensor_slices((x, y)).shuffle(4096).batch(batch_size, drop_remainder=True)
    gan = ConditionalGAN()
    gan.compile(
        d_opt=keras.optimizers.Adam(3e-4, beta_1=0.5),
        g_opt=keras.optimizers.Adam(3e-4, beta_1=0.5),
        loss=keras.losses.BinaryCrossentropy(from_logits=True),
    )
    gan.fit(train.repeat(), epochs=epochs, steps_per_epoch=max(1, steps // epochs), verbose=2)
