"""Scores of images of several digits: how many of the combinations of classes are drawn, and how evenly.

Three digits make 1000 modes (Stacked MNIST, Metz et al. 2016, arXiv:1611.02163). As in PacGAN (Lin et al. 2017, arXiv:1712.04086), 26 000 samples
are drawn and each of their digits is read by a classifier of single digits.
"""

import numpy as np
from numpy.typing import NDArray

from pipeline.metrics.checks import MetricError
from pipeline.metrics.classes import class_kl, classes_covered

SAMPLES = 26_000  # so many that real digits miss no mode; the divergence of a perfect generator depends on it: 999 / (2 x 26 000) = 0.019


def mode_histogram(classes: NDArray[np.integer], count: int) -> NDArray[np.float64]:
    """Share of samples of each combination of classes.

    Args:
        classes: of the digits of each sample, (n, c), 0 to count - 1; n of 1 or more.
        count: how many classes there are.

    Returns:
        (count ** c,), from 0 to 1, sum 1; the first digit of a sample counts most in the number of its mode.

    Raises:
        MetricError: if there is no sample, or the shape is another one.

    >>> mode_histogram(np.array([[0, 1], [1, 1]]), count=2).tolist()
    [0.0, 0.5, 0.0, 0.5]
    """
    if classes.ndim != 2 or not classes.size:
        raise MetricError(f"classes: expected shape (n, c) with one sample or more, received {classes.shape}")
    modes = classes @ count ** np.arange(classes.shape[1])[::-1]
    return np.bincount(modes, minlength=count ** classes.shape[1]) / len(classes)


def mode_frequencies(frequencies: NDArray[np.float64], digits: int) -> NDArray[np.float64]:
    """Share of each combination of classes where digits are drawn independently: the product of their frequencies.

    Args:
        frequencies: share of each class, (k,).
        digits: of an image, c.

    Returns:
        (k ** c,), in the order of `mode_histogram`.

    >>> mode_frequencies(np.array([0.75, 0.25]), digits=2).tolist()
    [0.5625, 0.1875, 0.1875, 0.0625]
    """
    product = np.ones(1)
    for _ in range(digits):
        product = np.outer(product, frequencies).ravel()
    return product


def mode_scores(classes: NDArray[np.integer], frequencies: NDArray[np.float64]) -> dict[str, float | None]:
    """How many modes have a sample or more, better high, and KL(samples || data) over the modes, better low.

    Args:
        classes: of the digits of each sample, (n, c).
        frequencies: share of each class among the digits that a GAN is trained on, (k,), none of them 0.

    Returns:
        "modes_covered", 1 to k ** c, and "mode_kl", in nats: log(k ** c) for samples of one mode if all are equally frequent. n samples of a
        perfect generator have about (k ** c - 1) / 2n.

    >>> mode_scores(np.array([[0, 0], [0, 1], [1, 0], [1, 1]]), np.array([0.5, 0.5]))
    {'modes_covered': 4, 'mode_kl': 0.0}
    """
    histogram = mode_histogram(classes, len(frequencies))
    return {"modes_covered": classes_covered(histogram), "mode_kl": class_kl(histogram, mode_frequencies(frequencies, classes.shape[1]))}
