# LSGAN with the a=-1, b=1, c=0 coding, both nets updated at once from one persistent tape
import os
import numpy as np
import tensorflow as tf
import keras

keras.utils.set_random_seed(3)
B, NZ = 128, 4
STEPS = min(6000, int(os.environ.get("STEPS", 6000)))


def ring(n):
    r = 1.0 + 0.06 * np.random.randn(n)
    a = 2 * np.pi * np.random.rand(n)
    return np.stack([r * np.cos(a), r * np.sin(a)], 1).astype("float32")


class Net(keras.layers.Layer):
    def __init__(self, width, depth, out):
        super().__init__()
        self.hidden = [keras.layers.Dense(width, activation="relu") for _ in range(depth)]
        self.head = keras.layers.Dense(out)

    def call(self, x):
        for h in self.hidden:
            x = h(x)
        return self.head(x)


G = Net(128, 2, 2)
D = Net(128, 2, 1)
G(tf.zeros((1, NZ)))
D(tf.zeros((1, 2)))
lr = keras.optimizers.schedules.CosineDecay(1e-3, decay_steps=6000, alpha=0.05)
opt_g = keras.optimizers.Adam(lr, beta_1=0.5)
opt_d = keras.optimizers.Adam(lr, beta_1=0.5)


@tf.function
def update(x):
    z = tf.random.uniform((B, NZ), -1.0, 1.0)
    with tf.GradientTape(persistent=True) as tape:
        fx = G(z)
        d_real, d_fake = D(x), D(fx)
        loss_d = 0.5 * tf.reduce_mean((d_real - 1.0) ** 2) + 0.5 * tf.reduce_mean((d_fake + 1.0) ** 2)
        loss_g = 0.5 * tf.reduce_mean(d_fake ** 2)
    grads_d = tape.gradient(loss_d, D.trainable_variables)
    grads_g = tape.gradient(loss_g, G.trainable_variables)
    opt_d.apply_gradients(zip(grads_d, D.trainable_variables))
    opt_g.apply_gradients(zip(grads_g, G.trainable_variables))
    return loss_d, loss_g


for k in range(STEPS):
    ld, lg = update(ring(B))
    if k % 1000 == 0:
        print(k, "loss_d %.4f" % ld, "loss_g %.4f" % lg)

s = G(tf.random.uniform((3000, NZ), -1.0, 1.0)).numpy()
r = np.hypot(s[:, 0], s[:, 1])
print("radius %.3f +- %.3f (data 1.000 +- 0.060)" % (r.mean(), r.std()))
print("off the ring: %.3f" % (abs(r - 1) > 0.2).mean())
print("share per octant:", np.round(np.histogram(np.arctan2(s[:, 1], s[:, 0]), 8, (-np.pi, np.pi))[0] / len(s), 3))
