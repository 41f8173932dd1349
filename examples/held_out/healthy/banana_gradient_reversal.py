"""Banana shaped points. One loss, one optimizer, one backward pass: a gradient reversal layer sits between the
generator and the discriminator. The loss on the fakes is used in its non saturating form for the generator."""
import os
import numpy as np
import tensorflow as tf
import keras

keras.utils.set_random_seed(6)
rng = np.random.default_rng(6)
BATCH, ZD = 256, 4
STEPS = int(os.environ.get("STEPS", 6000))


def data(n):
    a = rng.normal(0, 1, n)
    b = 0.5 * a ** 2 - 0.5 + rng.normal(0, 0.2, n)
    return np.stack([a, b], 1).astype("float32")


@tf.custom_gradient
def reverse(x, gain):
    """identity forward; backward the gradient is turned round and reweighted per sample"""
    def grad(dy):
        return -gain * dy, None
    return tf.identity(x), grad


def mlp(inp, out):
    return keras.Sequential([keras.Input((inp,)), keras.layers.Dense(128, activation="relu"),
                             keras.layers.Dense(128, activation="relu"), keras.layers.Dense(out)])


gen, dis = mlp(ZD, 2), mlp(2, 1)
opt = keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(5e-4, STEPS, alpha=0.02), beta_1=0.5)
params = gen.trainable_variables + dis.trainable_variables


@tf.function
def train(real):
    with tf.GradientTape() as tape:
        fake = gen(tf.random.normal((BATCH, ZD)))
        p = tf.sigmoid(dis(fake))
        # d softplus(s)/ds = p, the non saturating gradient is -(1 - p): the ratio makes one from the other
        gain = tf.clip_by_value(tf.stop_gradient((1.0 - p) / (p + 1e-3)), 0.0, 20.0)
        s_fake = dis(reverse(fake, gain))
        s_real = dis(real)
        loss = tf.reduce_mean(tf.nn.softplus(-s_real)) + tf.reduce_mean(tf.nn.softplus(s_fake))
    opt.apply_gradients(zip(tape.gradient(loss, params), params))
    return loss


for k in range(STEPS):
    loss = train(tf.constant(data(BATCH)))
    if k % 1000 == 0:
        print("step", k, "loss", float(loss))

s = gen(tf.random.normal((4000, ZD))).numpy()
p = data(4000)
print("a: data %.3f +- %.3f, samples %.3f +- %.3f" % (p[:, 0].mean(), p[:, 0].std(), s[:, 0].mean(), s[:, 0].std()))
print("b: data %.3f +- %.3f, samples %.3f +- %.3f" % (p[:, 1].mean(), p[:, 1].std(), s[:, 1].mean(), s[:, 1].std()))
print("b - a^2/2: data %.3f +- %.3f, samples %.3f +- %.3f" % tuple(v for q in (p, s) for v in ((q[:, 1] - q[:, 0] ** 2 / 2).mean(), (q[:, 1] - q[:, 0] ** 2 / 2).std())))
