"""Mini CycleGAN: warm coloured shapes <-> cold coloured shapes, unpaired, 12x12 RGB."""
import os
import numpy as np
import tensorflow as tf
from tensorflow import keras
from tensorflow.keras import layers

keras.utils.set_random_seed(8)
SIDE, BATCH = 12, 16
LAMBDA_CYCLE, LAMBDA_ID = 10.0, 10.0
STEPS = min(1200, int(os.environ.get("STEPS", 1200)))


def shapes(n, warm):
    out = np.zeros((n, SIDE, SIDE, 3), np.float32)
    for i in range(n):
        h, w = np.random.randint(5, 11, 2)
        y, x = np.random.randint(0, SIDE - h + 1), np.random.randint(0, SIDE - w + 1)
        strong, weak = np.random.uniform(0.8, 1.0), np.random.uniform(0.1, 0.5)
        colour = (strong, weak, 0.05) if warm else (0.05, weak, strong)
        out[i, y:y + h, x:x + w] = colour
        if np.random.rand() < 0.5:
            out[i, y + 1:y + h - 1, x + 1:x + w - 1] = 0.0
    return out * 2 - 1


def make_generator(name):
    inp = layers.Input((SIDE, SIDE, 3))
    h = layers.Conv2D(16, 3, padding="same", activation="relu")(inp)
    h = layers.Conv2D(16, 3, padding="same", activation="relu")(h)
    out = layers.Conv2D(3, 3, padding="same", activation="tanh")(h)
    return keras.Model(inp, out, name=name)


def make_discriminator(name):
    inp = layers.Input((SIDE, SIDE, 3))
    h = layers.Conv2D(16, 4, strides=2, padding="same")(inp)
    h = layers.LeakyReLU(negative_slope=0.2)(h)
    h = layers.Conv2D(32, 3, strides=2, padding="same")(h)
    h = layers.LeakyReLU(negative_slope=0.2)(h)
    return keras.Model(inp, layers.Conv2D(1, 3, padding="same")(h), name=name)


G_AB, G_BA = make_generator("G_AB"), make_generator("G_BA")
D_A, D_B = make_discriminator("D_A"), make_discriminator("D_B")
opt_G = keras.optimizers.Adam(1e-3, beta_1=0.5)
opt_D = keras.optimizers.Adam(5e-4, beta_1=0.5)
mse = keras.losses.MeanSquaredError()
mae = keras.losses.MeanAbsoluteError()


@tf.function
def train_step(real_A, real_B):
    with tf.GradientTape(persistent=True) as tape:
        fake_B = G_AB(real_A, training=True)
        fake_A = G_BA(real_B, training=True)
        rec_A = G_BA(fake_B, training=True)
        rec_B = G_AB(fake_A, training=True)

        out_rA, out_fA = D_A(real_A, training=True), D_A(fake_A, training=True)
        out_rB, out_fB = D_B(real_B, training=True), D_B(fake_B, training=True)

        adv = mse(tf.ones_like(out_fB), out_fB) + mse(tf.ones_like(out_fA), out_fA)
        cycle = mae(real_A, rec_A) + mae(real_B, rec_B)
        identity = mae(real_A, fake_B) + mae(real_B, fake_A)
        loss_G = adv + LAMBDA_CYCLE * cycle + LAMBDA_ID * identity

        loss_D = 0.5 * (mse(tf.ones_like(out_rA), out_rA) + mse(tf.zeros_like(out_fA), out_fA)
                        + mse(tf.ones_like(out_rB), out_rB) + mse(tf.zeros_like(out_fB), out_fB))

    vars_G = G_AB.trainable_variables + G_BA.trainable_variables
    vars_D = D_A.trainable_variables + D_B.trainable_variables
    opt_G.apply_gradients(zip(tape.gradient(loss_G, vars_G), vars_G))
    opt_D.apply_gradients(zip(tape.gradient(loss_D, vars_D), vars_D))
    return loss_D, adv, cycle


A, B = shapes(3000, True), shapes(3000, False)
ds = tf.data.Dataset.zip((
    tf.data.Dataset.from_tensor_slices(A).shuffle(3000).repeat().batch(BATCH),
    tf.data.Dataset.from_tensor_slices(B).shuffle(3000).repeat().batch(BATCH),
))
for step, (a, b) in enumerate(ds.take(STEPS)):
    ld, adv, cyc = train_step(a, b)
    if step % 200 == 0:
        print(f"step {step}: D {ld:.3f} adv {adv:.3f} cycle {cyc:.3f}")

test_A = shapes(200, True)
test_B = G_AB(test_A, training=False).numpy()
mask = test_A.max(axis=-1) > 0
print("shape pixels, mean RGB before", test_A[mask].mean(0), "after", test_B[mask].mean(0))
