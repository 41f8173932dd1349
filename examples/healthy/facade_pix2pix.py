# Image-to-image: plan of a "house" (walls, door, windows as class colours) -> "photo" of it.
# The randomness of the generator is dropout, which stays on when we draw pictures (as in the pix2pix paper); there is no z.
import os
import numpy as np
import tensorflow as tf
from tensorflow.keras import Input, Model, layers, optimizers, utils

utils.set_random_seed(55)
S, BATCH_SIZE, L1_WEIGHT = 16, 8, 100.0
N_STEPS = int(os.environ.get("STEPS", 1500))


def house(rng):
    plan = np.zeros((S, S, 3), "float32")
    photo = np.zeros((S, S, 3), "float32")
    photo[:] = (0.5, 0.7, 0.95)  # sky
    x0, x1, y0 = rng.integers(1, 4), rng.integers(12, 15), rng.integers(3, 7)
    plan[y0:, x0:x1, 0] = 1
    brick = np.array((0.75, 0.4, 0.3)) + 0.1 * ((np.arange(S) % 2)[:, None, None] - 0.5)
    photo[y0:, x0:x1] = np.broadcast_to(brick, (S, S, 3))[y0:, x0:x1]
    d = rng.integers(x0 + 1, x1 - 4)
    plan[12:, d:d + 3] = (0, 1, 0)
    photo[12:, d:d + 3] = (0.35, 0.2, 0.1)
    for wx in (x0 + 1, x1 - 4):
        plan[y0 + 1:y0 + 4, wx:wx + 3] = (0, 0, 1)
        photo[y0 + 1:y0 + 4, wx:wx + 3] = (0.9, 0.9, 0.6)
    return plan, photo * 2 - 1


def generator_net():
    x = Input((S, S, 3))
    e1 = layers.LeakyReLU(0.2)(layers.Conv2D(16, 4, 2, "same")(x))
    e2 = layers.LeakyReLU(0.2)(layers.BatchNormalization()(layers.Conv2D(32, 4, 2, "same")(e1)))
    e3 = layers.ReLU()(layers.Conv2D(48, 4, 2, "same")(e2))
    u = layers.BatchNormalization()(layers.Conv2DTranspose(32, 4, 2, "same")(e3))
    u = layers.ReLU()(layers.Dropout(0.5)(u))
    u = layers.concatenate([u, e2])
    u = layers.ReLU()(layers.BatchNormalization()(layers.Conv2DTranspose(24, 4, 2, "same")(u)))
    u = layers.concatenate([u, e1])
    u = layers.ReLU()(layers.Conv2DTranspose(16, 4, 2, "same")(u))
    u = layers.concatenate([u, x])
    return Model(x, layers.Conv2D(3, 3, 1, "same", activation="tanh")(u))


def discriminator_net():
    plan, photo = Input((S, S, 3)), Input((S, S, 3))
    h = layers.concatenate([plan, photo])
    h = layers.LeakyReLU(0.2)(layers.Conv2D(16, 4, 2, "same")(h))
    h = layers.LeakyReLU(0.2)(layers.Conv2D(32, 4, 2, "same")(h))
    return Model([plan, photo], layers.Conv2D(1, 2, 1, "same")(h))


rng = np.random.default_rng(55)
plans, photos = map(np.stack, zip(*[house(rng) for _ in range(1200)]))
plans_val, photos_val = plans[1000:], photos[1000:]
pairs = tf.data.Dataset.from_tensor_slices((plans[:1000], photos[:1000])).shuffle(1000).repeat().batch(BATCH_SIZE)

gen, disc = generator_net(), discriminator_net()
gen_opt, disc_opt = optimizers.Adam(5e-4, beta_1=0.5), optimizers.Adam(2e-4, beta_1=0.5)
ce = tf.nn.sigmoid_cross_entropy_with_logits


@tf.function
def step_fn(plan, photo):
    with tf.GradientTape() as gt, tf.GradientTape() as dt:
        fake = gen(plan, training=True)
        yr = disc([plan, photo], training=True)
        yf = disc([plan, fake], training=True)
        l1 = tf.reduce_mean(tf.abs(fake - photo))
        g_loss = tf.reduce_mean(ce(labels=tf.ones_like(yf), logits=yf)) + L1_WEIGHT * l1
        # halved, to slow the discriminator relative to the generator
        d_loss = 0.5 * tf.reduce_mean(ce(labels=tf.ones_like(yr), logits=yr) + ce(labels=tf.zeros_like(yf), logits=yf))
    gen_opt.apply_gradients(zip(gt.gradient(g_loss, gen.trainable_variables), gen.trainable_variables))
    disc_opt.apply_gradients(zip(dt.gradient(d_loss, disc.trainable_variables), disc.trainable_variables))
    return g_loss, d_loss, l1


for i, (plan, photo) in enumerate(pairs.take(N_STEPS)):
    g_loss, d_loss, l1 = step_fn(plan, photo)
    if i % 250 == 0:
        print("step %d: gen total %.2f, disc %.3f, L1 %.3f" % (i, g_loss, d_loss, l1))

drawn = gen(plans_val, training=True).numpy()
print("L1 on unseen plans: %.3f (a grey picture has %.3f)" % (np.abs(drawn - photos_val).mean(), np.abs(photos_val).mean()))
