"""Diversity within a class: a GAN may draw all ten digits and yet each in one way only."""

import numpy as np
from numpy.typing import NDArray

from pipeline.metrics.blocks import Block, Features, for_distances
from pipeline.metrics.checks import MetricError, check_pair

Classes = NDArray[np.integer]  # (n,)


def within_class_diversity(features: Features, classes: Classes, real_features: Features, real_classes: Classes) -> float:
    """Mean over classes of d(samples) / d(real), where d is the mean Euclidean distance between two images of the class; better high.

    It is the average pairwise distance of Zhu et al. 2017 (arXiv:1711.11586, section 5), within classes, in a digit classifier's features.
    Classes with fewer than two samples are left out: `classes_covered` counts them.

    Args:
        features: of samples, (n, d).
        classes: what the samples are classified as, (n,).
        real_features: of real images, (m, d).
        real_classes: of real images, (m,).

    Returns:
        0 if all samples of a class are alike, 1 if they are as diverse as real images; it may exceed 1.

    Raises:
        MetricError: if the shapes do not fit, a number is not finite, or the real images of a class are all alike.

    >>> real, classes = np.array([[0.0], [2.0], [10.0], [12.0]]), np.array([0, 0, 1, 1])
    >>> within_class_diversity(np.array([[0.0], [1.0], [10.0], [11.0]]), classes, real, classes)
    0.5
    """
    check_pair(real_features, features)
    for name, rows, labels in (("classes", features, classes), ("real_classes", real_features, real_classes)):
        if labels.shape != rows.shape[:1]:
            raise MetricError(f"{name}: expected shape {rows.shape[:1]}, received {labels.shape}")
    known = [int(label) for label in np.unique(classes) if (classes == label).sum() > 1]
    real = [_mean_distance(real_features[real_classes == label]) for label in known]
    if 0 in real:
        raise MetricError(
            f"real_features: expected two different images of each class that samples are classified as, missing at least one of {known}"
        )
    own = [_mean_distance(features[classes == label]) for label in known]
    return float(np.mean(np.divide(own, real))) if known else 0.0


def _mean_distance(rows: Features) -> float:
    """Mean Euclidean distance over all pairs of rows; 0 if there are fewer than two rows."""
    if len(rows) < 2:
        return 0.0

    def sum_of(block: Block, own: slice) -> float:
        block[np.arange(len(block)), np.arange(own.start, own.stop)] = 0  # rounding leaves a little
        return float(np.sqrt(block, out=block).sum())

    return sum(for_distances(rows, rows, sum_of)) / (len(rows) * (len(rows) - 1))
