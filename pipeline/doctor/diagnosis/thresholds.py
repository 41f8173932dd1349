"""Every number that a rule compares with, and the reason for its value. Shares lie between 0 and 1."""

# Before training
CONSTANT = 1e-3  # a spread below this counts as none: it is far under one grey level of 255
AT_BOUNDS = 0.5  # with Glorot's weights no output starts within a hundredth of a bound; with N(0, 1) nine in ten do
OUTPUT_SD = 10.0  # logits start with a spread under 1 in every healthy variant; at 10 the sigmoid in the loss is flat
FIRST_SAMPLES = 10.0  # times the range of real rows; with Glorot's weights samples start within it
NARROW = 0.1  # a range of real rows below this is what is wrong, not that samples are wider
DEAD_UNITS = 0.9  # about half of a layer's ReLUs are zero for one input, but few are for all of 48
RANGE_SLACK = 0.05  # of the images' range: rounding and noise that was added
RANGE_USED = 0.6  # [0, 1] fills half of tanh's [-1, 1]
GRADIENT_AT_BOUNDS = 0.1  # of the gradient at the other end: a loss made for the activation has a fiftieth at its right end, or turns round
PROBABILITY_SLACK = 0.01  # around [0, 1]: a sigmoid's outputs as bfloat16 rounds them
SCALED_TWICE = 0.02  # of the generator's range: bytes that were divided by 255 twice fill a 255th
PARTS_OF_A_SLOPE = 0.7  # of the root of the number of parts: a slope that is spread evenly over them has 1
WANTED_SLOPE = 0.1  # relative: the slope where a measured penalty is lowest is exact to a hundredth
LIGHTEST_PENALTY = 0.01  # published weights of WGAN-GP are 10, and 0.1 for points in the plane
HEAVIEST_PENALTY = 5000.0  # R1 of large images has up to 100, and sixteen times that where it is added in every sixteenth step
LINEAR_LOSS = 0.01  # relative difference of a loss's gradients at distant outputs: a Wasserstein loss has none
NO_OUTPUT_GRADIENT = 1e-6  # clipped probabilities give zero; a logistic loss at a wrong output gives nearly 1
WIDE_COLUMN = 20.0  # times a spread of 1, and that of samples: a generator starts at about a tenth
DROPPED = 0.75  # of a layer's outputs
CALLED_OTHERWISE = 0.35  # of the rows of one kind: labels that are flipped on purpose are up to a fifth
NO_PULL, PULLED_BACK = 0.05, 0.5  # of the gradient at a wrong output: least squares have 0.12 between their targets
NO_PULL_BESIDE = 1e-4  # of the gradient at the other kind of rows: a Kullback-Leibler divergence has 1e-7 where the target is 0
TARGET_SLACK = 0.05  # noise on labels that are not clipped; the usual mistake is -1
SMOOTHED = 0.35  # labels that are smoothed to 0.7 are the softest published
OTHER_TERMS = 0.05  # of the plain loss: rounding, and an epsilon under a logarithm
LOWEST_RATE = 1e-6  # at this rate Adam moves a Glorot weight by a hundredth of its size in five hundred steps
HIGHEST_RATE = 0.015  # Adam's published GAN rates end at 0.005; the fastest healthy generator here has 0.008
RATE_RATIO = 20.0  # published pairs of rates differ up to five times, healthy ones here up to four
LOOKS_IN_TURNS = 3  # steps: a loop may give the discriminator real images in one step and samples in the next
LOOKS_AT_CONDITIONS = 3  # steps: the same condition in all rows of three batches is no chance
LOOKS_AT_REAL_CONDITIONS = 5  # steps: data that are sorted by label have one label for long, but not from first to last
LABELS_TO_TELL = 3  # with two labels half of the pairs agree by chance
PAIRS_TO_TELL = 60  # of samples with the same label: where labels are drawn twice, 0.05 of agreement is one standard deviation
LABELS_AGREE = 0.5  # labels that are drawn twice have 0, give or take 0.1; the same ones 1
ROWS_TO_TELL = 8
OF_ANOTHER_ROW = 0.9  # of the rows: a discriminator may be shown some pairs that do not fit on purpose
ROWS_OF_LABELS = 150  # in which one of ten classes is missing once in a million times
ROWS_WITHOUT_CLASS, MORE_THAN_A_CLASS = 0.3, 1.5  # of the rows; of the most frequent class: labels that are dropped on purpose are up to a fifth
NO_CHANCE = 0.01  # of the rows
ROWS_CHANGED = 0.9  # of a batch: an augmentation that grows with training changes few rows, of both kinds
SMALLEST_CHANGE = 0.02  # of the spread of real rows: noise that fills the steps between 256 grey levels has 0.002
HIGHEST_BETA_1 = 0.95  # the usual 0.9 is high for a GAN, but trains
LOWEST_BETA_2 = 0.5  # the lowest published is 0.9

# Over several looks at a training
LOOKS_TO_TELL = 3  # the same in three steps is no chance
BATCH_MEANS = 4  # of which the variance is taken over all features
FEATURE_VARIATION = 5.0  # times that of random batches
BETWEEN_BATCHES = 0.15  # of the variance of rows: in batches of one digit each it is a third, with a short shuffle buffer a tenth
DIFFERENT_ROWS = 0.5  # of the rows seen: 300 rows drawn from 200 are half as many different ones
LOOKS_AT_MOVEMENT = 4
RATE_LEFT = 0.01  # of the highest learning rate: a cosine that ends at zero is below it in the last sixteenth
HARDLY_MOVED = 0.02  # of the weights' size
LARGE_STEP = 0.1  # of the weights' size
PILED_UP, PILING_UP = (
    10.0,
    3.0,
)  # times the gradient of the step; times as much as at first: of 32 batches that are added up there are 32 from the start
FADED = 0.001  # of the largest gradient of a matrix
UPDATES_APART = 10.0  # times; healthy ones here are up to four times apart
SHRUNK, GROWN = 0.1, 10.0  # of the weights' first size; healthy ones are between 0.9 and 1.8 times as large
CRITIC_UPDATES = 20  # for one of the generator: published critics have up to five, and more only at the start
UPDATES_AGAINST_A_CRITIC = 1.5  # for one of a critic with a Wasserstein loss, which has to be near its best: published ones have 1 for one to five
GENERATOR_UPDATES = 3.5  # for one of the discriminator: two are a known trick
TINY_BATCH = 2  # rows
SATURATED, TOLD_APART = 0.2, 0.95  # of the gradient at accepted samples; of all pairs of a real row and a sample
NO_LONGER_APART = 0.75  # of all pairs of a real row and a sample, of which nearly all were told apart before
LOWEST_SLOPE, HIGHEST_SLOPE = 0.3, 3.0  # of a critic whose penalty wants 1
SMALLEST_NOISE, LARGEST_NOISE = 0.05, 10.0  # standard deviations: N(0, 1) has 1, a uniform distribution on [0, 1] has 0.29
FEW_NOISE_NUMBERS, MANY_DRAWN_NUMBERS = 2, 50
ADVERSARIAL = 0.001  # of the other parts of a gradient: healthy GANs with an L1 or a cycle term have 0.03 to 0.4 at their best look

# During training
LAST_LOOKS = 3  # whose mean is compared with the bands: a single batch's loss jumps
STEPS_TO_TELL = 1000  # in the first hundreds every GAN draws blots that are all alike, and its discriminator wins
MEASURED_STEPS_TO_TELL = 10  # batches, for a variance of their means
BATCH_VARIATION = 4.0  # times the variance after shuffling, which is above 4 once in 20 000 times with ten batches; sorted MNIST has 30
PINNED = 0.002  # of the bound: the asker's losses end within a ten-thousandth of it, healthy ones only cross it
WON = 0.999  # of all pairs of a real image and a sample: the real image has the higher output
SMALLEST_SPREAD = 1e-6  # of outputs for real images: what a division needs
WON_GAP = 4.0  # standard deviations of the outputs for real images; healthy trainings stay under 3
BLIND = 0.1  # around 0.5, where outputs do not separate real images and samples
BLANK = 0.9  # the distance of a blank image's mean is 1
VANISHED = 1e-4  # of the largest mean norm of an epoch; healthy trainings keep a tenth
NO_GRADIENT = 1e-9  # a mean norm that moves no float32 weight
EXPLODED = 1e4  # a mean norm; healthy ones are under 100
OSCILLATION_EPOCHS = 8  # that are needed to call it oscillation
TURNS = 0.7  # of the epochs; noise alone turns in two of three
SWING = 0.25  # of the loss, from epoch to epoch
MEMORISED = 0.7  # of pairs of a training image and a held-out one: 0.5 if nothing is memorised, give or take 0.04 with 128 of each
CROWDED = 0.3  # of the distance between neighbours among real images
UNIFORM = 0.4  # of the spread of real images

FAR = 0.7  # energy and spectrum distance of blank samples with a little noise are 0.8; healthy ones end under 0.2, and under 0.3 in the spectrum
OTHER_SPECTRUM = 1.3  # noise as large as the signals has 1.6, blank samples have 1
REPEATED = 0.05  # of the distance between neighbours among real rows: healthy samples have 0.6 and more after a thousand steps
COVERED = 0.5  # of real rows: two modes of eight cover 0.25; healthy samples cover 0.75 and more where they are close
CLOSE = 0.8  # of samples that lie among real rows: where fewer do, samples are unlike all modes, and coverage is low for that reason

# Drawn outside of the training step; distances are relative to how far the generator has moved
LOOKS_AT_REST = 3  # an average that is updated once an epoch has moved by then, or is not drawn from yet
GENERATOR_MOVED = 0.01  # of the size of its weights: below it nothing was trained that samples could show
COPY = 0.1  # a copy of the first weights is at 0
STRANGE = 1.0  # weights of another start are further from both ends of a training than those are from each other; a copy made in between is nearer
LAGS = 1.5  # times as far from the generator as from the first weights: a decay of 0.999 has 1.7 after a thousand steps, 0.25 after five thousand
NUMBERS_OF_NOISE = 100  # their spread is known to a tenth
COLUMNS_OF_NOISE = 8  # with fewer the error of the mean of an interpolation is not known
SHIFTED = 0.3  # standard deviations: uniform numbers in [0, 1) instead of normal ones have 0.5
STANDARD_ERRORS = 6.0  # no chance
WIDER = 1.5  # normal numbers instead of those between -1 and 1 are 1.7 times as wide
SAME_SPREAD = (0.8, 1.25)  # of noise over rows: truncated or interpolated noise draws fewer kinds of samples
DRAWN_ALONE = 4  # calls of one row each: fewer are trials
DRAWN_FAR = 0.8  # one constant row has 1; the same generator in both modes under 0.25

# Of networks that are called again with other conditions
TRAINED = 0.4  # of the steps: later looks count
LOOKS_AT_PAIRS = 3
PAIRS_COMPARED = 100
GIVEN_BACK = 0.2  # of the distance of a real row: outputs of a healthy pix2pix are about as far from the input as real rows
NOTICED = 0.08  # from one half of the pairs: outlines shuffled apart have 0.04; healthy label maps 0.16, a restorer 0.36 with the other sign
IGNORED = 0.02  # of the distance of samples with other noise, or of real rows; a small GAN that learns slowly has 0.1

# In the samples, each a share of the same score of real digits
CLASSES_LEFT = 0.7  # seven of ten classes; the lowest share of the GANs that draw digits here is 0.95
RECALL_COLLAPSED = 0.2  # healthy ones are above 0.85
LABELS_FOLLOWED = 0.8  # healthy ones are above 0.98
NOT_A_DIGIT = 0.05
PRECISE = 0.93  # healthy ones are above 0.97, those of dense networks are under 0.91
COPIES = 0.1  # a tenth of all samples, absolute; real digits have 0.01
EPOCHS_TO_FALL = 4
IMPROVED = 1.05  # of the quarter of the epochs before
FALLEN = 0.8  # of the best score; epochs of healthy trainings differ by less
