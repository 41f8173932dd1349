"""Household load profiles (48 half hours). GAN with separate d_step / g_step, data from a smart meter export."""
import os
import numpy as np
import tensorflow as tf
from tensorflow import keras
from tensorflow.keras import layers

keras.utils.set_random_seed(64)
rng = np.random.default_rng(64)

BATCH_SIZE = 64
Z = 16
NUM_STEPS = int(os.environ.get("STEPS", 4000))

# --- smart meter export: 30 households, 150 days each ---
hours = np.arange(48) / 2
profiles = []
for house in range(30):
    morning, evening = rng.uniform(6, 9), rng.uniform(17, 21)
    m_height, e_height, night = rng.uniform(0.2, 0.6), rng.uniform(0.5, 1.2), rng.uniform(0.1, 0.3)
    for day in range(150):
        p = night + m_height * np.exp(-0.5 * ((hours - morning - rng.normal(0, 0.3)) / 1.0) ** 2)
        p = p + e_height * np.exp(-0.5 * ((hours - evening - rng.normal(0, 0.3)) / 1.8) ** 2)
        profiles.append(p * rng.uniform(0.9, 1.1) + rng.normal(0, 0.02, 48))
profiles = np.array(profiles, dtype="float32")
scaled = profiles / 0.8 - 1.0

train_ds = tf.data.Dataset.from_tensor_slices(scaled).shuffle(BATCH_SIZE).batch(BATCH_SIZE, drop_remainder=True).repeat()

gen = keras.Sequential([
    layers.Input((Z,)),
    layers.Dense(128), layers.LeakyReLU(negative_slope=0.2),
    layers.Dense(128), layers.LeakyReLU(negative_slope=0.2),
    layers.Dense(48),
], name="load_generator")
disc = keras.Sequential([
    layers.Input((48,)),
    layers.Dense(128), layers.LeakyReLU(negative_slope=0.2),
    layers.Dense(64), layers.LeakyReLU(negative_slope=0.2),
    layers.Dense(1),
], name="load_discriminator")
gen_opt = keras.optimizers.Adam(3e-4, beta_1=0.5)
disc_opt = keras.optimizers.Adam(3e-4, beta_1=0.5)
xent = keras.losses.BinaryCrossentropy(from_logits=True)


@tf.function
def d_step(real):
    fake = gen(tf.random.normal((BATCH_SIZE, Z)), training=True)
    with tf.GradientTape() as tape:
        a, b = disc(real, training=True), disc(fake, training=True)
        loss = xent(0.9 * tf.ones_like(a), a) + xent(tf.zeros_like(b), b)
    disc_opt.apply_gradients(zip(tape.gradient(loss, disc.trainable_variables), disc.trainable_variables))
    return loss


@tf.function
def g_step():
    with tf.GradientTape() as tape:
        b = disc(gen(tf.random.normal((BATCH_SIZE, Z)), training=True), training=True)
        loss = xent(tf.ones_like(b), b)
    gen_opt.apply_gradients(zip(tape.gradient(loss, gen.trainable_variables), gen.trainable_variables))
    return loss


for step, batch in enumerate(train_ds.take(NUM_STEPS)):
    d_loss = d_step(batch)
    g_loss = g_step()
    if step % 500 == 0:
        print(f"step={step} d_loss={d_loss:.3f} g_loss={g_loss:.3f}")

fake = (gen.predict(rng.normal(size=(2000, Z)).astype("float32"), verbose=0) + 1.0) * 0.8
peak_r, peak_f = hours[24 + profiles[:, 24:].argmax(1)], hours[24 + fake[:, 24:].argmax(1)]
print("evening peak at: real %.2f +- %.2f h, generated %.2f +- %.2f h" % (peak_r.mean(), peak_r.std(), peak_f.mean(), peak_f.std()))
print("daily energy: real %.2f +- %.2f, generated %.2f +- %.2f kWh" % (
    profiles.sum(1).mean() / 2, profiles.sum(1).std() / 2, fake.sum(1).mean() / 2, fake.sum(1).std() / 2))
print("rms between mean profiles: %.4f" % np.sqrt(((profiles.mean(0) - fake.mean(0)) ** 2).mean()))
