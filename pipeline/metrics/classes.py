"""Scores of the class probabilities of samples: confidence, variety, and agreement with the requested class."""

import numpy as np
from numpy.typing import NDArray

from pipeline.metrics.checks import MetricError, check_rows

Probabilities = NDArray[np.float64]  # (n, classes), rows sum to 1


def classifier_score(probabilities: Probabilities) -> float:
    """exp(E_x KL(p(y|x) || p(y))), better high: high if each sample is surely of one class and all classes are equally frequent.

    The Inception Score (Salimans et al. 2016, arXiv:1606.03498, section 4) with a digit classifier in Inception's place, over all samples at once.

    Args:
        probabilities: p(y|x), (n, c), n >= 2, rows sum to 1.

    Returns:
        From 1 (the classifier is undecided, or all samples are of one class) to c.

    Raises:
        MetricError: if there are fewer than two rows, or a number is not finite.

    >>> round(classifier_score(np.eye(10)), 6)  # ten samples, each surely of another class
    10.0
    """
    check_rows("probabilities", probabilities)
    marginal = probabilities.mean(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        divergence = np.where(probabilities > 0, probabilities * (np.log(probabilities) - np.log(marginal)), 0.0)
    return float(np.exp(divergence.sum(axis=1).mean()))


def class_consistency(probabilities: Probabilities, labels: NDArray[np.integer]) -> float:
    """Share of samples that are classified as the class that was requested, better high. For real images it is the classifier's accuracy.

    Args:
        probabilities: (n, c), n >= 2, rows sum to 1.
        labels: the requested classes, (n,), 0 to c - 1.

    Returns:
        From 0 to 1.

    Raises:
        MetricError: if the shapes do not fit, or a number is not finite.

    >>> class_consistency(np.eye(4), np.array([0, 1, 2, 0]))
    0.75
    """
    check_rows("probabilities", probabilities)
    if labels.shape != probabilities.shape[:1]:
        raise MetricError(f"labels: expected shape {probabilities.shape[:1]}, received {labels.shape}")
    return float((probabilities.argmax(axis=1) == labels).mean())


def class_histogram(probabilities: Probabilities) -> NDArray[np.float64]:
    """Share of samples classified as each class.

    Args:
        probabilities: (n, c), n >= 2, rows sum to 1.

    Returns:
        (c,), from 0 to 1, sum 1.

    Raises:
        MetricError: if there are fewer than two rows, or a number is not finite.

    >>> class_histogram(np.eye(2)[[0, 0, 0, 1]]).tolist()
    [0.75, 0.25]
    """
    check_rows("probabilities", probabilities)
    return np.bincount(probabilities.argmax(axis=1), minlength=probabilities.shape[1]) / len(probabilities)


def classes_covered(histogram: NDArray[np.float64]) -> int:
    """Number of classes, or of modes, that at least one sample is classified as, better high (Lin et al. 2017, arXiv:1712.04086).

    Args:
        histogram: share of samples of each class, (c,).

    Returns:
        From 1 to c.

    >>> classes_covered(np.array([0.75, 0.25, 0.0]))
    2
    """
    return int(np.count_nonzero(histogram))


def class_kl(histogram: NDArray[np.float64], frequencies: NDArray[np.float64]) -> float:
    """KL(samples || data) = sum p log(p / q) over classes, better low (Lin et al. 2017, arXiv:1712.04086).

    Args:
        histogram: p, share of samples of each class, (c,).
        frequencies: q > 0, share of real images of each class, (c,).

    Returns:
        In nats: 0 for p = q; log c for samples of one class if all c are equally frequent in the data.

    Raises:
        MetricError: if the data lack a class.

    >>> round(class_kl(np.array([0.5, 0.5]), np.array([0.5, 0.5])), 6), round(class_kl(np.array([1.0, 0.0]), np.array([0.5, 0.5])), 6)
    (0.0, 0.693147)
    """
    if (frequencies <= 0).any():
        raise MetricError(f"frequencies: expected every class in the data, received {frequencies.tolist()}")
    present = histogram > 0
    return float((histogram[present] * np.log(histogram[present] / frequencies[present])).sum())


def effective_classes(histogram: NDArray[np.float64]) -> float:
    """exp(-sum p log p) over classes, better high: how many equally frequent classes have the same entropy.

    Args:
        histogram: p, share of samples of each class, (c,).

    Returns:
        From 1 (all samples are of one class) to c (all classes are equally frequent).

    >>> round(effective_classes(np.array([0.5, 0.5, 0.0])), 6)
    2.0
    """
    present = histogram[histogram > 0]
    return float(np.exp(-(present * np.log(present)).sum()))
