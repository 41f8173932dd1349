"""Hinge GAN for the pinwheel data set, trained with fit()."""
import os
import numpy as np
import tensorflow as tf
import keras
from keras import layers, optimizers

keras.utils.set_random_seed(21)

EPOCHS = 20
STEPS_PER_EPOCH = 150
if "STEPS" in os.environ and int(os.environ["STEPS"]) < EPOCHS * STEPS_PER_EPOCH:
    STEPS_PER_EPOCH = max(1, int(os.environ["STEPS"]) // EPOCHS)
BATCH = 128
LATENT_DIM = 4


def pinwheel(n, arms=5, seed=0):
    r = np.random.RandomState(seed)
    feats = r.randn(n, 2) * np.array([0.25, 0.06]) + np.array([1.0, 0.0])
    arm = r.randint(0, arms, n)
    angle = 2 * np.pi * arm / arms + 0.25 * np.exp(feats[:, 0])
    c, s = np.cos(angle), np.sin(angle)
    x = feats[:, 0] * c - feats[:, 1] * s
    y = feats[:, 0] * s + feats[:, 1] * c
    return np.stack([x, y], 1).astype("float32")


def net(n_in, n_out, width, name):
    model = keras.Sequential(name=name)
    model.add(keras.Input(shape=(n_in,)))
    for _ in range(3):
        model.add(layers.Dense(width))
        model.add(layers.LeakyReLU(negative_slope=0.2))
    model.add(layers.Dense(n_out))
    return model


class HingeGAN(keras.Model):
    def __init__(self, generator, discriminator, **kwargs):
        super().__init__(**kwargs)
        self.generator = generator
        self.discriminator = discriminator
        self.d_tracker = keras.metrics.Mean(name="d_loss")
        self.g_tracker = keras.metrics.Mean(name="g_loss")

    @property
    def metrics(self):
        return [self.d_tracker, self.g_tracker]

    def compile(self, d_optimizer, g_optimizer, **kwargs):
        super().compile(**kwargs)
        self.d_optimizer = d_optimizer
        self.g_optimizer = g_optimizer

    def train_step(self, real):
        z = tf.random.normal((BATCH, LATENT_DIM))
        with tf.GradientTape() as tape:
            real_score = self.discriminator(real)
            fake_score = self.discriminator(self.generator(z))
            d_loss = tf.reduce_mean(tf.nn.relu(1.0 - real_score)) + tf.reduce_mean(tf.nn.relu(1.0 + fake_score))
        grads = tape.gradient(d_loss, self.discriminator.trainable_weights)
        self.d_optimizer.apply(grads, self.discriminator.trainable_weights)

        z = tf.random.normal((BATCH, LATENT_DIM))
        with tf.GradientTape() as tape:
            g_loss = -tf.reduce_mean(self.discriminator(self.generator(z)))
        grads = tape.gradient(g_loss, self.generator.trainable_weights)
        self.g_optimizer.apply(grads, self.generator.trainable_weights)

        self.d_tracker.update_state(d_loss)
        self.g_tracker.update_state(g_loss)
        return {m.name: m.result() for m in self.metrics}


def schedule(lr):
    # multiply by 0.9 after every second epoch
    return optimizers.schedules.ExponentialDecay(lr, decay_steps=2, decay_rate=0.9, staircase=True)


x = pinwheel(20000)
ds = tf.data.Dataset.from_tensor_slices(x).shuffle(20000).repeat().batch(BATCH)
gan = HingeGAN(net(LATENT_DIM, 2, 96, "G"), net(2, 1, 96, "D"))
gan.compile(
    d_optimizer=optimizers.Adam(schedule(1e-3), beta_1=0.5),
    g_optimizer=optimizers.Adam(schedule(5e-4), beta_1=0.5),
)
gan.fit(ds, epochs=EPOCHS, steps_per_epoch=STEPS_PER_EPOCH, verbose=2)

fake = gan.generator.predict(np.random.normal(size=(1500, LATENT_DIM)).astype("float32"), verbose=0)
ref = x[:1500]
dist = np.linalg.norm(fake[:, None] - ref[None], axis=2)
print("fake to nearest real %.3f, real to nearest fake %.3f" % (dist.min(1).mean(), dist.min(0).mean()))
