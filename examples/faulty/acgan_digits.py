"""An auxiliary-classifier GAN: the discriminator answers real/fake and which digit it sees."""
import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import keras
import numpy as np
import tensorflow as tf
from keras import layers

from digits import load_digits

keras.utils.set_random_seed(3)

N_STEPS = int(os.environ.get("STEPS", "1200"))
BATCH = 50
LATENT_DIM = 40
CLASSES = 10

x_train, y_train = load_digits("train", 15000)
x_train = x_train.astype("float32").reshape(-1, 784) / 127.5 - 1


def make_generator():
    z = keras.Input((LATENT_DIM,), name="z")
    label = keras.Input((), dtype="int32", name="label")
    e = layers.Embedding(CLASSES, LATENT_DIM)(label)
    h = layers.Multiply()([z, e])
    h = layers.Concatenate()([h, e])
    h = layers.Dense(128)(h)
    h = layers.BatchNormalization(momentum=0.9)(h)
    h = layers.LeakyReLU(negative_slope=0.2)(h)
    h = layers.Dense(256)(h)
    h = layers.BatchNormalization(momentum=0.9)(h)
    h = layers.LeakyReLU(negative_slope=0.2)(h)
    out = layers.Dense(784, activation="tanh")(h)
    return keras.Model([z, label], out, name="G")


def make_discriminator():
    image = keras.Input((784,), name="image")
    h = layers.Dense(192)(image)
    h = layers.LeakyReLU(negative_slope=0.2)(h)
    h = layers.Dropout(0.4)(h)
    h = layers.Dense(128)(h)
    h = layers.LeakyReLU(negative_slope=0.2)(h)
    validity = layers.Dense(1, activation="sigmoid", name="validity")(h)
    digit = layers.Dense(CLASSES, activation="softmax", name="digit")(h)
    return keras.Model(image, [validity, digit], name="D")


G = make_generator()
D = make_discriminator()
opt_G = keras.optimizers.Adam(4e-4, beta_1=0.5)
opt_D = keras.optimizers.Adam(2e-4, beta_1=0.5)
bce = keras.losses.BinaryCrossentropy()
sce = keras.losses.SparseCategoricalCrossentropy()


def random_labels(n):
    return tf.random.uniform((n,), 0, CLASSES, dtype=tf.int32)


@tf.function
def train_discriminator(images, labels):
    n = tf.shape(images)[0]
    z = tf.random.normal((n, LATENT_DIM))
    fake_labels = random_labels(n)
    fakes = G([z, fake_labels], training=True)
    with tf.GradientTape() as tape:
        valid_real, digit_real = D(images, training=True)
        valid_fake, _ = D(fakes, training=True)
        adversarial = bce(0.9 * tf.ones_like(valid_real), valid_real)
        adversarial += bce(tf.zeros_like(valid_fake), valid_fake)
        auxiliary = sce(labels, digit_real)
        loss = adversarial + auxiliary
    grads = tape.gradient(loss, D.trainable_variables)
    opt_D.apply_gradients(zip(grads, D.trainable_variables))
    return adversarial, auxiliary


@tf.function
def train_generator(n):
    z = tf.random.normal((n, LATENT_DIM))
    with tf.GradientTape() as tape:
        fakes = G([z, random_labels(n)], training=True)
        validity, digit = D(fakes, training=True)
        adversarial = bce(tf.ones_like(validity), validity)
        auxiliary = sce(random_labels(n), digit)
        loss = adversarial + auxiliary
    grads = tape.gradient(loss, G.trainable_variables)
    opt_G.apply_gradients(zip(grads, G.trainable_variables))
    return adversarial, auxiliary


per_epoch = len(x_train) // BATCH
step, epoch = 0, 0
while step < N_STEPS:
    epoch += 1
    history = []
    for chosen in np.random.permutation(len(x_train)).reshape(per_epoch, BATCH):
        d_adv, d_aux = train_discriminator(x_train[chosen], y_train[chosen])
        g_adv, g_aux = train_generator(BATCH)
        history.append([float(d_adv), float(d_aux), float(g_adv), float(g_aux)])
        step += 1
        if step == N_STEPS:
            break
    means = np.mean(history, axis=0)
    print("epoch %d  D: adv %.3f cls %.3f   G: adv %.3f cls %.3f" % (epoch, *means))

wanted = tf.repeat(tf.range(CLASSES), 20)
drawn = G([tf.random.normal((len(wanted), LATENT_DIM)), wanted], training=False)
answer = tf.argmax(D(drawn, training=False)[1], axis=1, output_type=tf.int32)
print("agreement of D with the wanted digit:", float(tf.reduce_mean(tf.cast(answer == wanted, tf.float32))))
