# %% imports
import os, sys
from pathlib import Path
import numpy as np
import keras
from keras.layers import Dense, LeakyReLU, Dropout, Input
from keras.models import Sequential
from keras.optimizers import Adam

sys.path.append(str(Path(__file__).resolve().parent.parent))
from digits import load_digits

np.random.seed(1)
keras.utils.set_random_seed(1)

# %% data, flattened and brought to [-1, 1] for the tanh
x_train, y_train = load_digits("train")
x_train = x_train[y_train < 5]                # five classes are enough for the demo
x_train = (x_train * 2 - 255) / 255.0
x_train = x_train.reshape(-1, 784).astype("float32")
print(x_train.shape, x_train.min(), x_train.max())

# %% nets
Z = 64
generator = Sequential([
    Input((Z,)),
    Dense(256), LeakyReLU(0.2),
    Dense(512), LeakyReLU(0.2),
    Dense(784, activation="tanh"),
])
discriminator = Sequential([
    Input((784,)),
    Dense(384), LeakyReLU(0.2), Dropout(0.3),
    Dense(128), LeakyReLU(0.2), Dropout(0.3),
    Dense(1, activation="sigmoid"),
])
discriminator.compile(loss="binary_crossentropy", optimizer=Adam(0.0002, beta_1=0.5))

gan = Sequential([Input((Z,)), generator, discriminator])
gan.compile(loss="binary_crossentropy", optimizer=Adam(0.0002, beta_1=0.5))

# %% training
BATCH = 64
STEPS = min(2200, int(os.environ.get("STEPS", 2200)))
ones, zeros = np.ones((BATCH, 1)), np.zeros((BATCH, 1))

for step in range(STEPS):
    real = x_train[np.random.randint(0, len(x_train), BATCH)]
    fake = generator(np.random.normal(0, 1, (BATCH, Z)).astype("float32")).numpy()
    discriminator.trainable = True
    d_loss = discriminator.train_on_batch(np.vstack([real, fake]), np.vstack([ones * 0.9, zeros]))
    discriminator.trainable = False
    g_loss = gan.train_on_batch(np.random.normal(0, 1, (BATCH, Z)).astype("float32"), ones)
    if step % 400 == 0 or step == STEPS - 1:
        print(step, "d", float(np.ravel(d_loss)[0]), "g", float(np.ravel(g_loss)[0]))

# %% look at some
samples = generator.predict(np.random.normal(0, 1, (400, Z)), verbose=0)
pictures = ((samples + 1) * 127.5).astype("uint8").reshape(-1, 28, 28)
corner = pictures[:, :4, :4]
print("grey level: corners", corner.mean(), " whole picture", pictures.mean(), " brightest", pictures.max())
row = "".join(" .:*#"[v // 52] for v in pictures[0, 14])
print("middle row of the first one:", row)
