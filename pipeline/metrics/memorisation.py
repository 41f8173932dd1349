"""Memorisation: samples that lie nearer to a training image than unseen real images do."""

import numpy as np
from numpy.typing import NDArray

from pipeline.metrics.checks import MetricError, check_pair
from pipeline.metrics.distances import Features, squared_distances

NEAR = 0.01  # so many of the unseen real images are as near to a training image as what counts as memorised


def nearest_distances(points: Features, others: Features, among: bool = False) -> tuple[NDArray[np.float64], NDArray[np.intp]]:
    """The Euclidean distance (n,) of each of `points` (n, d) to the nearest of `others` (m, d), and which that is, (n,).

    `among`: point i is others[i], and its nearest is another one.
    """
    check_pair(others, points)
    nearest = np.empty(len(points), np.intp)
    start = 0
    for block in squared_distances(points, others):
        rows = np.arange(start, start := start + len(block))
        if among:
            block[rows - rows[0], rows] = np.inf
        nearest[rows] = block.argmin(axis=1)
    difference = points.astype(np.float64) - others[nearest]  # exact, where the blocks' |x|^2 + |y|^2 - 2 x.y is rounded
    return np.sqrt((difference**2).sum(axis=1)), nearest


def memorised_share(distances: NDArray[np.float64], real_distances: NDArray[np.float64]) -> float:
    """Share of samples nearer to a training image than 1 % of unseen real images are: about 0.01 of new digits, 1 of copies.

    Both are distances to the nearest training image, of samples (n,) and of unseen real images (m,). The same
    comparison as Meehan et al. 2020 (arXiv:2004.05675) make by ranks, at one threshold.
    """
    for name, values in (("distances", distances), ("real_distances", real_distances)):
        if values.ndim != 1 or not len(values) or not np.isfinite(values).all():
            raise MetricError(f"{name}: expected finite numbers, one per image, received shape {values.shape}")
    return float((distances < np.quantile(real_distances, NEAR)).mean())
