import os
import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parent.parent))

import keras
import tensorflow as tf
from keras import layers
from digits import load_digits

keras.utils.set_random_seed(1234)

config = dict(batch=64, latent=32, lr=2e-4, beta=0.5, steps=2500)
config["steps"] = min(config["steps"], int(os.environ.get("STEPS", config["steps"])))


def preprocess(image):
    image = tf.cast(image, tf.float32)
    image = tf.image.convert_image_dtype(image, tf.float32)  # to [0, 1]
    return tf.reshape(image, (784,))


images, _ = load_digits("train", 12000)
dataset = (
    tf.data.Dataset.from_tensor_slices(images)
    .cache()
    .shuffle(12000)
    .repeat()
    .map(preprocess)
    .batch(config["batch"])
    .prefetch(tf.data.AUTOTUNE)
)


def make_generator():
    inp = keras.Input((config["latent"],))
    h = layers.Dense(128)(inp)
    h = layers.BatchNormalization(momentum=0.9)(h)
    h = layers.LeakyReLU(0.2)(h)
    h = layers.Dense(256)(h)
    h = layers.BatchNormalization(momentum=0.9)(h)
    h = layers.LeakyReLU(0.2)(h)
    return keras.Model(inp, layers.Dense(784, activation="sigmoid")(h))


def make_discriminator():
    inp = keras.Input((784,))
    h = layers.Dense(256)(inp)
    h = layers.LeakyReLU(0.2)(h)
    h = layers.Dropout(0.3)(h)
    h = layers.Dense(128)(h)
    h = layers.LeakyReLU(0.2)(h)
    h = layers.Dropout(0.3)(h)
    return keras.Model(inp, layers.Dense(1)(h))


generator, discriminator = make_generator(), make_discriminator()
loss_fn = keras.losses.BinaryCrossentropy(from_logits=True)
gen_opt = keras.optimizers.Adam(config["lr"] * 3, beta_1=config["beta"])
disc_opt = keras.optimizers.Adam(config["lr"], beta_1=config["beta"])


@tf.function
def step_fn(real):
    n = tf.shape(real)[0]
    with tf.GradientTape(persistent=True) as tape:
        fake = generator(tf.random.normal((n, config["latent"])), training=True)
        out_real = discriminator(real, training=True)
        out_fake = discriminator(fake, training=True)
        d_loss = loss_fn(tf.ones_like(out_real), out_real) + loss_fn(tf.zeros_like(out_fake), out_fake)
        g_loss = loss_fn(tf.ones_like(out_fake), out_fake)
    d_grads = tape.gradient(d_loss, discriminator.trainable_variables)
    g_grads = tape.gradient(g_loss, generator.trainable_variables)
    del tape
    disc_opt.apply_gradients(zip(d_grads, discriminator.trainable_variables))
    gen_opt.apply_gradients(zip(g_grads, generator.trainable_variables))
    return d_loss, g_loss


for i, batch in enumerate(dataset.take(config["steps"])):
    d_loss, g_loss = step_fn(batch)
    if i % 500 == 0 or i == config["steps"] - 1:
        print(f"iter {i} | loss_d {d_loss.numpy():.3f} | loss_g {g_loss.numpy():.3f}")

samples = generator(tf.random.normal((100, config["latent"])), training=False)
print("mean brightness of samples:", float(tf.reduce_mean(samples)))
