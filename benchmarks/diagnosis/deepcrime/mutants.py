"""The table of mutants, by the order of DeepCrime's operators.

The operators' strongest values are taken: all labels of a class, 99 % of the data, noise as large as the data's own deviation, a thousandth of the
learning rate, a single epoch. Where DeepCrime tries a list one by one, one or two entries of it stand here. They were chosen before the doctor was
run on any of the mutants.
"""

from benchmarks.diagnosis.deepcrime.mutant import Mutant

LABELLED, RING = "labelled_digits", "ring_points"  # the bases, in examples/deepcrime/healthy
MOST_FREQUENT, SECOND = 1, 7  # digits in the images that `labelled_digits` trains with
LOADED = 'images, labels = load_digits("train", 12800)'


def hidden(units: int, activation: str, more: str = "") -> str:
    """A hidden layer as the bases write it."""
    return f'layers.Dense({units}, activation="{activation}"{more}),'


DECAY = "kernel_regularizer=regularizers.L2(1e-4)"
CRITIC_FIRST = f'    keras.Input((2,)),\n    layers.Dense(96, activation="relu", {DECAY}),'
GENERATOR_FIRST = '    keras.Input((4,)),\n    layers.Dense(64, activation="relu"),'
D_OUTPUT = "    layers.Dropout(0.3),\n    layers.Dense(1),"
CRITIC_OUTPUT = "    layers.Dense(1),"
ENTROPY = "keras.losses.BinaryCrossentropy(from_logits=True)"
D_ADAM, G_ADAM = ("self.d_optimizer = keras.optimizers.Adam(RATE, beta_1=0.5)", "self.g_optimizer = keras.optimizers.Adam(RATE, beta_1=0.5)")
C_ADAM, RING_G_ADAM = ("c_optimizer = keras.optimizers.Adam(2 * RATE, beta_1=0.5)", "g_optimizer = keras.optimizers.Adam(RATE, beta_1=0.5)")

MUTANTS = (
    Mutant(
        "TCL",
        LABELLED,
        LOADED,
        f"{LOADED}\nchanged = labels == {MOST_FREQUENT}\n"
        f"labels[changed] = np.random.choice(np.delete(np.arange(10), {MOST_FREQUENT}), changed.sum())",
        "All labels of the most frequent class are replaced by random other ones.",
    ),
    Mutant("TRD", LABELLED, LOADED, f"{LOADED}\nimages, labels = images[::100], labels[::100]", "99 % of the training data are left out."),
    Mutant("TRD", RING, "points = ring(20000, rng)", "points = ring(20000, rng)[::100]", "99 % of the training data are left out."),
    Mutant(
        "TUD",
        LABELLED,
        LOADED,
        f"{LOADED}\nfrequent = np.bincount(labels)[labels] >= len(labels) / 10\nimages, labels = images[frequent], labels[frequent]",
        "All rows of the classes that have fewer rows than average are left out.",
    ),
    Mutant(
        "TAN",
        LABELLED,
        "images = prepare(images)",
        'images = prepare(images)\nimages += (images.std(axis=1, keepdims=True) * np.random.normal(size=images.shape)).astype("float32")',
        "Noise with the deviation of the image itself is added to each training image.",
    ),
    Mutant(
        "TAN",
        RING,
        "points = ring(20000, rng)",
        'points = ring(20000, rng)\npoints += (points.std(axis=1, keepdims=True) * rng.normal(size=points.shape)).astype("float32")',
        "Noise with the deviation of the row itself is added to each training row.",
    ),
    Mutant(
        "TCO",
        LABELLED,
        LOADED,
        f"{LOADED}\nalso = labels == {MOST_FREQUENT}\n"
        f"images, labels = np.concatenate([images, images[also]]), np.concatenate([labels, np.full(also.sum(), {SECOND})])",
        "All images of the most frequent class are there a second time, with the label of the second most frequent one.",
    ),
    Mutant("HBS", LABELLED, "BATCH = 64", "BATCH = 16", "Batches of 16 in the place of 64."),
    Mutant("HBS", LABELLED, "BATCH = 64", "BATCH = 256", "Batches of 256 in the place of 64."),
    Mutant("HBS", RING, "BATCH = 128", "BATCH = 16", "Batches of 16 in the place of 128."),
    Mutant("HLR", LABELLED, "RATE = 5e-4", "RATE = 5e-7", "A thousandth of the learning rate."),
    Mutant("HLR", RING, "RATE = 5e-4", "RATE = 5e-7", "A thousandth of the learning rate."),
    Mutant("HNE", LABELLED, "EPOCHS = 10", "EPOCHS = 1", "One epoch in the place of ten."),
    Mutant("HNE", RING, "STEPS = 3000", "STEPS = 250", "A twelfth of the steps."),
    Mutant(
        "HDB",
        LABELLED,
        "data = data.batch(BATCH, drop_remainder=True)",
        "data = data.batch(len(images), drop_remainder=True)",
        "All images are one batch.",
    ),
    Mutant("ACH", LABELLED, hidden(256, "leaky_relu"), hidden(256, "softmax"), "A hidden activation of the discriminator is softmax."),
    Mutant("ACH", LABELLED, hidden(49, "tanh"), hidden(49, "sigmoid"), "The generator's last activation is sigmoid."),
    Mutant("ACH", RING, CRITIC_FIRST, CRITIC_FIRST.replace("relu", "sigmoid"), "A hidden activation of the critic is sigmoid."),
    Mutant("ACH", RING, GENERATOR_FIRST, GENERATOR_FIRST.replace("relu", "exponential"), "A hidden activation of the generator is exponential."),
    Mutant("ARM", LABELLED, hidden(256, "leaky_relu"), "layers.Dense(256),", "A hidden layer of the discriminator has no activation."),
    Mutant("ARM", LABELLED, hidden(256, "relu"), "layers.Dense(256),", "A hidden layer of the generator has no activation."),
    Mutant("ARM", LABELLED, hidden(49, "tanh"), "layers.Dense(49),", "The generator's last layer has no activation."),
    Mutant("ARM", RING, CRITIC_FIRST, CRITIC_FIRST.replace('activation="relu", ', ""), "A hidden layer of the critic has no activation."),
    Mutant("AAL", LABELLED, D_OUTPUT, D_OUTPUT.replace("(1)", '(1, activation="sigmoid")'), "The discriminator's last layer has a sigmoid."),
    Mutant("AAL", LABELLED, D_OUTPUT, D_OUTPUT.replace("(1)", '(1, activation="softmax")'), "The discriminator's last layer has a softmax."),
    Mutant("AAL", RING, CRITIC_OUTPUT, CRITIC_OUTPUT.replace("(1)", '(1, activation="relu")'), "The critic's last layer has a ReLU."),
    Mutant(
        "AAL",
        RING,
        "layers.Dense(2, use_bias=False),",
        'layers.Dense(2, activation="softplus", use_bias=False),',
        "The generator's last layer has a softplus.",
    ),
    Mutant(
        "RAW",
        LABELLED,
        hidden(256, "leaky_relu"),
        hidden(256, "leaky_relu", ', kernel_regularizer="l1"'),
        "A hidden layer of the discriminator has an L1 penalty of 0.01.",
    ),
    Mutant(
        "RAW",
        LABELLED,
        hidden(256, "relu"),
        hidden(256, "relu", ', kernel_regularizer="l1l2"'),
        "A hidden layer of the generator has L1 and L2 penalties of 0.01.",
    ),
    Mutant(
        "RCW",
        RING,
        CRITIC_FIRST,
        CRITIC_FIRST.replace("regularizers.L2(1e-4)", '"l1l2"'),
        "A hidden layer of the critic has L1 and L2 penalties of 0.01 in the place of L2 of 0.0001.",
    ),
    Mutant("RRW", RING, CRITIC_FIRST, CRITIC_FIRST.replace(f", {DECAY}", ""), "A hidden layer of the critic has no penalty."),
    Mutant("RCD", LABELLED, D_OUTPUT, D_OUTPUT.replace("0.3", "0.75"), "A dropout rate of 0.75 in the place of 0.3."),
    Mutant(
        "WCI",
        LABELLED,
        hidden(256, "relu"),
        hidden(256, "relu", ', kernel_initializer="zeros"'),
        "The weights of a hidden layer of the generator begin at 0.",
    ),
    Mutant(
        "WCI",
        LABELLED,
        hidden(256, "leaky_relu"),
        hidden(256, "leaky_relu", ', kernel_initializer="ones"'),
        "The weights of a hidden layer of the discriminator begin at 1.",
    ),
    Mutant(
        "WCI",
        RING,
        GENERATOR_FIRST,
        GENERATOR_FIRST.replace('"relu"', '"relu", kernel_initializer="ones"'),
        "The weights of a hidden layer of the generator begin at 1.",
    ),
    Mutant("WAB", RING, "layers.Dense(2, use_bias=False),", "layers.Dense(2, use_bias=True),", "The generator's last layer has a bias."),
    Mutant("WRB", LABELLED, D_OUTPUT, D_OUTPUT.replace("(1)", "(1, use_bias=False)"), "The discriminator's last layer has no bias."),
    Mutant("WRB", RING, GENERATOR_FIRST, GENERATOR_FIRST.replace('"relu"', '"relu", use_bias=False'), "A hidden layer of the generator has no bias."),
    Mutant(
        "LCH",
        LABELLED,
        f"self.cross_entropy = {ENTROPY}",
        "self.cross_entropy = keras.losses.CategoricalCrossentropy()",
        "The categorical cross-entropy in the place of the binary one.",
    ),
    Mutant(
        "LCH",
        LABELLED,
        f"self.cross_entropy = {ENTROPY}",
        "self.cross_entropy = keras.losses.KLDivergence()",
        "The Kullback-Leibler divergence in the place of the binary cross-entropy.",
    ),
    Mutant("LCH", RING, "hinge = keras.losses.Hinge()", "hinge = keras.losses.MeanAbsoluteError()", "The absolute error in the place of the hinge."),
    Mutant("LCH", RING, "hinge = keras.losses.Hinge()", "hinge = keras.losses.Poisson()", "The Poisson loss in the place of the hinge."),
    Mutant("OCH", LABELLED, D_ADAM, "self.d_optimizer = keras.optimizers.SGD()", "The discriminator is updated by SGD with its default rate."),
    Mutant("OCH", LABELLED, G_ADAM, "self.g_optimizer = keras.optimizers.Adadelta()", "The generator is updated by Adadelta with its default rate."),
    Mutant("OCH", RING, C_ADAM, "c_optimizer = keras.optimizers.Adagrad()", "The critic is updated by Adagrad with its default rate."),
    Mutant("OCH", RING, RING_G_ADAM, "g_optimizer = keras.optimizers.SGD()", "The generator is updated by SGD with its default rate."),
    Mutant("OCG", LABELLED, D_ADAM, D_ADAM.replace("0.5)", "0.5, clipvalue=0.5)"), "The discriminator's gradients are clipped at 0.5."),
    Mutant("OCG", RING, C_ADAM, C_ADAM.replace("0.5)", "0.5, clipvalue=0.5)"), "The critic's gradients are clipped at 0.5."),
)
