"""Variety within a class: a GAN may know ten digits and draw each in one way."""

import numpy as np
from numpy.typing import NDArray

from pipeline.metrics.checks import MetricError, check_pair
from pipeline.metrics.distances import Features, squared_distances

Classes = NDArray[np.integer]  # (n,)


def within_class_diversity(features: Features, classes: Classes, real_features: Features, real_classes: Classes) -> float:
    """Mean over classes of d(samples) / d(real), d the mean Euclidean distance of two images of one class: 1 as varied as real, 0 all alike.

    `features` (n, d) of samples read as `classes` (n,), `real_features` (m, d) of real images of `real_classes` (m,). Classes of fewer than two
    samples do not count: `classes_covered` tells of them. The average pairwise distance of Zhu et al. 2017 (arXiv:1711.11586, section 5), within
    classes, in a digit classifier's features.
    """
    check_pair(real_features, features)
    for name, rows, labels in (("classes", features, classes), ("real_classes", real_features, real_classes)):
        if labels.shape != rows.shape[:1]:
            raise MetricError(f"{name}: expected shape {rows.shape[:1]}, received {labels.shape}")
    known = [int(label) for label in np.unique(classes) if (classes == label).sum() > 1]
    real = [_mean_distance(real_features[real_classes == label]) for label in known]
    if 0 in real:
        raise MetricError(f"real_features: expected two different images of each class that samples are read as, missing at least one of {known}")
    own = [_mean_distance(features[classes == label]) for label in known]
    return float(np.mean(np.divide(own, real))) if known else 0.0


def _mean_distance(rows: Features) -> float:
    """Over all pairs of two rows; 0 if there is none."""
    if len(rows) < 2:
        return 0.0
    total = 0.0
    start = 0
    for block in squared_distances(rows, rows):
        own = np.arange(len(block))
        block[own, start + own] = 0  # rounding leaves a little
        total += float(np.sqrt(block).sum())
        start += len(block)
    return total / (len(rows) * (len(rows) - 1))
