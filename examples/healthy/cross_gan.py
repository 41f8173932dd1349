"""GAN with gradient reversal: one pass, one loss, one optimizer for both players (as in domain adversarial nets)."""
import os
import numpy as np
import keras
import tensorflow as tf

keras.utils.set_random_seed(31)
STEPS = int(os.environ.get("STEPS", 5000))
Z_DIM, N = 5, 128


@tf.custom_gradient
def reverse(x):
    def grad(dy):
        return -dy
    return tf.identity(x), grad


def cross(n):
    """points on a plus sign"""
    along = np.random.uniform(-1.5, 1.5, n)
    across = np.random.normal(0, 0.06, n)
    horizontal = np.random.rand(n) < 0.5
    return np.where(horizontal[:, None], np.c_[along, across], np.c_[across, along]).astype("float32")


g_in = keras.Input((Z_DIM,))
h = keras.layers.Dense(96, activation="leaky_relu")(g_in)
h = keras.layers.Dense(96, activation="leaky_relu")(h)
G = keras.Model(g_in, keras.layers.Dense(2)(h))

d_in = keras.Input((2,))
h = keras.layers.Dense(96, activation="leaky_relu")(d_in)
h = keras.layers.Dense(96, activation="leaky_relu")(h)
D = keras.Model(d_in, keras.layers.Dense(1)(h))

weights = G.trainable_variables + D.trainable_variables
opt = keras.optimizers.Adam(5e-4, beta_1=0.5, beta_2=0.99)
opt.build(weights)


@tf.function
def step(real):
    z = tf.random.normal((N, Z_DIM))
    with tf.GradientTape() as tape:
        # D descends on the loss, G sees its negative through the reversal
        on_real = D(real)
        on_fake = D(reverse(G(z)))
        loss = tf.reduce_mean(tf.nn.softplus(-on_real)) + tf.reduce_mean(tf.nn.softplus(on_fake))
        # zero centred penalty on the real points keeps D smooth
        with tf.GradientTape() as inner:
            inner.watch(real)
            score = tf.reduce_sum(D(real))
        r1 = tf.reduce_mean(tf.reduce_sum(inner.gradient(score, real) ** 2, axis=1))
        total = loss + 0.05 * r1
    opt.apply_gradients(zip(tape.gradient(total, weights), weights))
    return loss


running = []
for s in range(STEPS):
    running.append(float(step(tf.constant(cross(N)))))
    if s % 1000 == 999:
        print("after", s + 1, "steps: loss", round(np.mean(running[-500:]), 4), "(2 log 2 = 1.3863)")

out = G(tf.random.normal((3000, Z_DIM))).numpy()
off = np.minimum(np.abs(out[:, 0]), np.abs(out[:, 1]))
print("distance from the cross: mean %.3f, share below 0.2: %.2f" % (off.mean(), (off < 0.2).mean()))
arms = [(out[:, 0] > 0.5).mean(), (out[:, 0] < -0.5).mean(), (out[:, 1] > 0.5).mean(), (out[:, 1] < -0.5).mean()]
print("share on the four arms", np.round(arms, 3), "(data 0.167 each)")
