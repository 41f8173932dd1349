"""Synthetic customer table: numeric columns + a categorical column (softmax head), packed hinge GAN."""
import os
import numpy as np
import tensorflow as tf
import keras
from keras import layers

keras.utils.set_random_seed(29)
BATCH, Z, PACK = 120, 16, 3
STEPS = min(9000, int(os.environ.get("STEPS", 9000)))


def make_table(n, rng):
    segment = rng.choice(3, n, p=[0.5, 0.3, 0.2])
    age = rng.normal(np.array([28, 45, 66])[segment], 4.0)
    income = np.exp(rng.normal(np.array([3.3, 4.1, 3.6])[segment], 0.2))
    visits = rng.normal(12 - 0.1 * age + 2.0 * segment, 0.8)
    return np.stack([age, np.log(income), visits], 1), segment


class Scaler:
    def fit(self, x):
        self.mean, self.std = x.mean(0), x.std(0)
        return self

    def transform(self, x):
        return (x - self.mean) / self.std

    def inverse(self, x):
        return x * self.std + self.mean


rng = np.random.default_rng(29)
numeric, segment = make_table(20000, rng)
scaler = Scaler().fit(numeric)
rows = np.concatenate([scaler.transform(numeric), np.eye(3)[segment]], axis=1).astype("float32")


def build_generator():
    z = keras.Input((Z,))
    h = layers.Dense(128, activation="relu")(z)
    h = layers.Dense(128, activation="relu")(h)
    num = layers.Dense(3)(h)  # standardised columns, no activation
    cat = layers.Softmax()(layers.Rescaling(4.0)(layers.Dense(3)(h)))
    return keras.Model(z, layers.Concatenate()([num, cat]))


def build_discriminator():
    # PacGAN: three rows are judged together
    x = keras.Input((PACK * 6,))
    h = layers.Dense(128)(layers.GaussianNoise(0.05)(x))
    h = layers.LeakyReLU(0.2)(h)
    h = layers.Dense(128)(h)
    h = layers.LeakyReLU(0.2)(h)
    return keras.Model(x, layers.Dense(1)(h))


gen, dis = build_generator(), build_discriminator()
gen_opt = keras.optimizers.Adam(3e-4, beta_1=0.5)
dis_opt = keras.optimizers.Adam(5e-4, beta_1=0.5, weight_decay=1e-5)


def pack(x):
    return tf.reshape(x, (-1, PACK * 6))


@tf.function
def step(real):
    with tf.GradientTape() as gt, tf.GradientTape() as dt:
        fake = gen(tf.random.normal((BATCH, Z)), training=True)
        s_real = dis(pack(real), training=True)
        s_fake = dis(pack(fake), training=True)
        d_loss = tf.reduce_mean(tf.nn.relu(1 - s_real) + tf.nn.relu(1 + s_fake))
        g_loss = -tf.reduce_mean(s_fake)
    dis_opt.apply_gradients(zip(dt.gradient(d_loss, dis.trainable_variables), dis.trainable_variables))
    gen_opt.apply_gradients(zip(gt.gradient(g_loss, gen.trainable_variables), gen.trainable_variables))
    return d_loss, g_loss


for i in range(STEPS):
    batch = rows[rng.integers(0, len(rows), BATCH)]
    d_loss, g_loss = step(batch)
    if i % 1500 == 0:
        print(f"step {i}: dis {float(d_loss):.3f} gen {float(g_loss):.3f}")

out = gen(tf.random.normal((5000, Z)), training=False).numpy()
fake_num, fake_seg = scaler.inverse(out[:, :3]), out[:, 3:].argmax(1)
for s in range(3):
    print("segment", s, "share %.2f / %.2f" % ((segment == s).mean(), (fake_seg == s).mean()),
          "means", np.round(numeric[segment == s].mean(0), 2), np.round(fake_num[fake_seg == s].mean(0), 2))
print("corr real", np.round(np.corrcoef(numeric.T)[np.triu_indices(3, 1)], 2),
      "fake", np.round(np.corrcoef(fake_num.T)[np.triu_indices(3, 1)], 2))
