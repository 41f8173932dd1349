"""What a classifier reads in samples: confidence, variety, and whether it is the class that was asked for."""

import numpy as np
from numpy.typing import NDArray

from pipeline.metrics.checks import MetricError, check_rows

Probabilities = NDArray[np.float64]  # (n, classes), rows sum to 1


def classifier_score(probabilities: Probabilities) -> float:
    """exp(E_x KL(p(y|x) || p(y))): 1 (nothing told apart, or one class) to the number of classes (each read surely, all equally often).

    The Inception Score (Salimans et al. 2016, arXiv:1606.03498, section 4) with a digit classifier in Inception's place, over all samples at once.
    """
    check_rows("probabilities", probabilities)
    marginal = probabilities.mean(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        divergence = np.where(probabilities > 0, probabilities * (np.log(probabilities) - np.log(marginal)), 0.0)
    return float(np.exp(divergence.sum(axis=1).mean()))


def class_consistency(probabilities: Probabilities, labels: NDArray[np.integer]) -> float:
    """Share of samples read as the class that was asked for; `labels` (n,). For real images it is the classifier's accuracy."""
    check_rows("probabilities", probabilities)
    if labels.shape != probabilities.shape[:1]:
        raise MetricError(f"labels: expected shape {probabilities.shape[:1]}, received {labels.shape}")
    return float((probabilities.argmax(axis=1) == labels).mean())


def class_histogram(probabilities: Probabilities) -> NDArray[np.float64]:
    """Share of samples read as each class, (classes,)."""
    check_rows("probabilities", probabilities)
    return np.bincount(probabilities.argmax(axis=1), minlength=probabilities.shape[1]) / len(probabilities)


def classes_covered(histogram: NDArray[np.float64]) -> int:
    """Number of classes that at least one sample is read as, the literature's "modes covered" (Lin et al. 2017, arXiv:1712.04086)."""
    return int(np.count_nonzero(histogram))


def class_kl(histogram: NDArray[np.float64], frequencies: NDArray[np.float64]) -> float:
    """KL(samples || data) = sum p log(p / q) over classes, p of the samples and q > 0 of the data; 0 for the data's own frequencies.

    Lin et al. 2017, arXiv:1712.04086. log(number of classes) for a collapse onto one of equally frequent classes.
    """
    if (frequencies <= 0).any():
        raise MetricError(f"frequencies: expected every class in the data, received {frequencies.tolist()}")
    present = histogram > 0
    return float((histogram[present] * np.log(histogram[present] / frequencies[present])).sum())


def effective_classes(histogram: NDArray[np.float64]) -> float:
    """exp(entropy) of a class histogram: 1 if all samples are one class, the number of classes if all are equally frequent."""
    present = histogram[histogram > 0]
    return float(np.exp(-(present * np.log(present)).sum()))
