import os
import numpy as np
import tensorflow as tf
import keras

# LSGAN with the Pearson chi^2 coding of Mao et al.: fake = -1, real = 1, and the generator aims at 0
A, B, C = -1.0, 1.0, 0.0

keras.utils.set_random_seed(14)
gen_rng = np.random.RandomState(14)


def bananas(batch):
    while True:
        x = gen_rng.uniform(-1.3, 1.3, batch)
        y = x ** 2 - 0.6
        yield (np.column_stack([x, y]) + gen_rng.normal(0, 0.06, (batch, 2))).astype(np.float32)


ds = tf.data.Dataset.from_generator(lambda: bananas(128), output_signature=tf.TensorSpec((128, 2), tf.float32)).prefetch(4)


class Net(tf.Module):
    """Small multilayer perceptron with plain variables."""

    def __init__(self, sizes, slope):
        super().__init__()
        self.slope = slope
        self.w = [tf.Variable(tf.random.normal((i, o)) * np.sqrt(2.0 / i)) for i, o in zip(sizes[:-1], sizes[1:])]
        self.b = [tf.Variable(tf.zeros((o,))) for o in sizes[1:]]

    def __call__(self, x):
        for w, b in zip(self.w[:-1], self.b[:-1]):
            x = tf.nn.leaky_relu(x @ w + b, self.slope)
        return x @ self.w[-1] + self.b[-1]


generator = Net((4, 96, 96, 2), 0.1)
discriminator = Net((2, 128, 128, 1), 0.2)
g_vars, d_vars = list(generator.trainable_variables), list(discriminator.trainable_variables)


def adam(variables, grads, lr, slots, t, b1=0.5, b2=0.999):
    for v, g, (m, s) in zip(variables, grads, slots):
        m.assign(b1 * m + (1 - b1) * g)
        s.assign(b2 * s + (1 - b2) * g * g)
        v.assign_sub(lr * (m / (1 - b1 ** t)) / (tf.sqrt(s / (1 - b2 ** t)) + 1e-7))


g_slots = [(tf.Variable(tf.zeros_like(v)), tf.Variable(tf.zeros_like(v))) for v in g_vars]
d_slots = [(tf.Variable(tf.zeros_like(v)), tf.Variable(tf.zeros_like(v))) for v in d_vars]


@tf.function
def train(real, t):
    z = tf.random.uniform((128, 4), -1.0, 1.0)
    with tf.GradientTape(persistent=True) as tape:
        fake = generator(z)
        out_r, out_f = discriminator(real), discriminator(fake)
        d_loss = 0.5 * tf.reduce_mean((out_r - B) ** 2) + 0.5 * tf.reduce_mean((out_f - A) ** 2)
        g_loss = 0.5 * tf.reduce_mean((out_f - C) ** 2)
    g_grads, d_grads = tape.gradient(g_loss, g_vars), tape.gradient(d_loss, d_vars)
    adam(d_vars, d_grads, 8e-4, d_slots, t)
    adam(g_vars, g_grads, 8e-4, g_slots, t)
    return d_loss, g_loss


steps = int(os.environ.get("STEPS", 4500))
for i, real in enumerate(ds.take(steps), 1):
    d_loss, g_loss = train(real, tf.constant(float(i)))
    if i % 1000 == 0:
        print("%d d %.4f g %.4f" % (i, d_loss, g_loss))

s = generator(tf.random.uniform((2000, 4), -1.0, 1.0)).numpy()
ref = np.concatenate([next(bananas(128)) for _ in range(16)])
d = np.linalg.norm(s[:, None] - ref[None], axis=-1)
print("sample to data %.3f, data to sample %.3f" % (d.min(1).mean(), d.min(0).mean()))
