import os

import numpy as np
import tensorflow as tf
import keras
from keras import layers

keras.utils.set_random_seed(21)

BEAT = 48            # samples per beat
LATENT = 10
BATCH = 64
EPOCHS = 40


def synth_beats(n, rng):
    """P wave, QRS complex and T wave as three bumps with a little variation."""
    t = np.linspace(0, 1, BEAT)[None]

    def bump(mu, sd, amp):
        return amp * np.exp(-0.5 * ((t - mu) / sd) ** 2)

    shift = rng.uniform(-0.06, 0.06, (n, 1))
    p = bump(0.2 + shift, 0.05, rng.uniform(0.1, 0.25, (n, 1)))
    qrs = bump(0.45 + shift, 0.035, rng.uniform(0.7, 1.0, (n, 1)))
    s = bump(0.52 + shift, 0.03, -rng.uniform(0.1, 0.3, (n, 1)))
    tw = bump(0.75 + shift, 0.07, rng.uniform(0.2, 0.4, (n, 1)))
    return (p + qrs + s + tw).astype("float32")


class BeatGAN(keras.Model):
    def __init__(self, generator, discriminator):
        super().__init__()
        self.generator = generator
        self.discriminator = discriminator
        self.d_loss_tracker = keras.metrics.Mean(name="d_loss")
        self.g_loss_tracker = keras.metrics.Mean(name="g_loss")

    def compile(self, d_optimizer, g_optimizer, loss_fn):
        super().compile()
        self.d_optimizer = d_optimizer
        self.g_optimizer = g_optimizer
        self.loss_fn = loss_fn

    @property
    def metrics(self):
        return [self.d_loss_tracker, self.g_loss_tracker]

    def train_step(self, beats):
        n = tf.shape(beats)[0]
        with tf.GradientTape() as tape:
            fake = self.generator(tf.random.normal((n, LATENT)), training=True)
            real_out = self.discriminator(beats, training=True)
            fake_out = self.discriminator(fake, training=True)
            d_loss = 0.5 * (self.loss_fn(tf.ones_like(real_out), real_out) + self.loss_fn(tf.zeros_like(fake_out), fake_out))
        grads = tape.gradient(d_loss, self.discriminator.trainable_weights)
        self.d_optimizer.apply_gradients(zip(grads, self.discriminator.trainable_weights))

        with tf.GradientTape() as tape:
            fake_out = self.discriminator(self.generator(tf.random.normal((n, LATENT)), training=True), training=True)
            g_loss = self.loss_fn(tf.ones_like(fake_out), fake_out)
        grads = tape.gradient(g_loss, self.generator.trainable_weights)
        self.g_optimizer.apply_gradients(zip(grads, self.generator.trainable_weights))
        self.d_loss_tracker.update_state(d_loss)
        self.g_loss_tracker.update_state(g_loss)
        return {m.name: m.result() for m in self.metrics}


def make_schedule(lr):
    # two percent less with every epoch
    return keras.optimizers.schedules.ExponentialDecay(lr, decay_steps=1, decay_rate=0.98)


generator = keras.Sequential([
    keras.Input((LATENT,)),
    layers.Dense(128, activation="relu"),
    layers.Dense(128, activation="relu"),
    layers.Dense(BEAT),
], name="generator")
discriminator = keras.Sequential([
    keras.Input((BEAT,)),
    layers.Dense(128), layers.LeakyReLU(negative_slope=0.2), layers.Dropout(0.2),
    layers.Dense(64), layers.LeakyReLU(negative_slope=0.2),
    layers.Dense(1),
], name="discriminator")

rng = np.random.default_rng(21)
beats = synth_beats(6400, rng)
ds = tf.data.Dataset.from_tensor_slices(beats).shuffle(6400, seed=1).batch(BATCH, drop_remainder=True)
steps_per_epoch = len(ds)
budget = min(int(os.environ.get("STEPS", EPOCHS * steps_per_epoch)), EPOCHS * steps_per_epoch)
if budget < steps_per_epoch:
    ds, steps_per_epoch = ds.take(budget), budget

gan = BeatGAN(generator, discriminator)
gan.compile(
    d_optimizer=keras.optimizers.Adam(make_schedule(4e-4), beta_1=0.5),
    g_optimizer=keras.optimizers.Adam(make_schedule(4e-4), beta_1=0.5),
    loss_fn=keras.losses.BinaryCrossentropy(from_logits=True),
)
history = gan.fit(ds, epochs=budget // steps_per_epoch, verbose=0)
for e in range(0, len(history.history["d_loss"]), 5):
    print("epoch", e, {k: round(float(v[e]), 4) for k, v in history.history.items()})

out = generator.predict(np.random.normal(size=(1000, LATENT)), verbose=0)
real = beats[:1000]
print("mean curve error  %.4f" % np.abs(out.mean(0) - real.mean(0)).mean())
print("std curve error   %.4f" % np.abs(out.std(0) - real.std(0)).mean())
print("R peak            real %.2f, generated %.2f" % (real.max(1).mean(), out.max(1).mean()))
print("roughness         real %.4f, generated %.4f" % (np.abs(np.diff(real, 2)).mean(), np.abs(np.diff(out, 2)).mean()))
