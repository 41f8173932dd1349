"""A GAN for mixed rows of a table: two numbers and one category per customer, as dictionaries of columns."""
import os

import keras
import numpy as np
import tensorflow as tf
from keras import layers

CATEGORIES = ["new", "regular", "gold", "business"]
SHARES = [0.1, 0.6, 0.1, 0.2]
BATCH = 128
Z_DIM = 12


def make_table(n, seed=0):
    rng = np.random.default_rng(seed)
    kind = rng.choice(4, n, p=SHARES)
    age = np.array([24.0, 41.0, 58.0, 46.0])[kind] + rng.normal(0, 5, n)
    spend = np.array([2.0, 3.0, 4.5, 6.0])[kind] + rng.normal(0, 0.4, n)
    return {"age": age, "spend": spend, "kind": kind}


def preprocess(table):
    numbers = np.stack([table["age"], table["spend"]], axis=1)
    numbers = (numbers - numbers.mean(axis=0)) / numbers.std(axis=0)
    return {"numbers": numbers.astype("float32"), "kind": np.eye(4, dtype="float32")[table["kind"]]}


def build_generator():
    z = keras.Input((Z_DIM,), name="z")
    x = layers.Dense(64, activation="relu")(z)
    x = layers.Dense(64, activation="relu")(x)
    return keras.Model(z, {
        "numbers": layers.Dense(2, name="numbers_head")(x),
        "kind": layers.Dense(4, activation="softmax", name="kind_head")(x),
    })


def build_discriminator():
    inputs = {"numbers": keras.Input((2,), name="numbers"), "kind": keras.Input((4,), name="kind")}
    x = layers.Concatenate()([inputs["numbers"], inputs["kind"]])
    x = layers.Dense(96, activation="leaky_relu")(x)
    x = layers.Dense(96, activation="leaky_relu")(x)
    return keras.Model(inputs, layers.Dense(1)(x))


keras.utils.set_random_seed(2)
generator = build_generator()
discriminator = build_discriminator()
cross_entropy = keras.losses.BinaryCrossentropy(from_logits=True)
gen_optimizer = keras.optimizers.Adam(5e-4, beta_1=0.5)
disc_optimizer = keras.optimizers.Adam(5e-4, beta_1=0.5)


def make_rows(noise):
    rows = generator(noise, training=True)
    rows["kind"] = tf.one_hot(tf.argmax(rows["kind"], axis=1), len(CATEGORIES))
    return rows


@tf.function
def train_step(real):
    noise = tf.random.normal((BATCH, Z_DIM))
    with tf.GradientTape() as gen_tape, tf.GradientTape() as disc_tape:
        fake = make_rows(noise)
        real_output = discriminator(real, training=True)
        fake_output = discriminator(fake, training=True)
        gen_loss = cross_entropy(tf.ones_like(fake_output), fake_output)
        disc_loss = (cross_entropy(tf.ones_like(real_output), real_output)
                     + cross_entropy(tf.zeros_like(fake_output), fake_output))
    gen_gradients = gen_tape.gradient(gen_loss, generator.trainable_variables)
    disc_gradients = disc_tape.gradient(disc_loss, discriminator.trainable_variables)
    gen_optimizer.apply_gradients(zip(gen_gradients, generator.trainable_variables))
    disc_optimizer.apply_gradients(zip(disc_gradients, discriminator.trainable_variables))
    return gen_loss, disc_loss


def train(dataset, steps, epochs=10):
    per_epoch = max(1, steps // epochs)
    for epoch in range(epochs):
        losses = [train_step(batch) for batch in dataset.take(per_epoch)]
        gen_loss, disc_loss = np.mean(losses, axis=0)
        print(f"epoch {epoch + 1:2d}: gen {gen_loss:.4f} disc {disc_loss:.4f}")


columns = preprocess(make_table(20000))
train_data = tf.data.Dataset.from_tensor_slices(columns).shuffle(20000).repeat().batch(BATCH)
train(train_data, int(os.environ.get("STEPS", 2500)))

rows = make_rows(tf.random.normal((5000, Z_DIM)))
shares = np.bincount(np.argmax(rows["kind"], axis=1), minlength=4) / 5000
for name, wanted, got in zip(CATEGORIES, SHARES, shares):
    print(f"{name:10s} table {wanted:.2f}  generated {got:.2f}")
