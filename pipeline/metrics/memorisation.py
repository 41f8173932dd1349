"""Memorisation: samples that are nearer to a training image than real images that were not trained on."""

import numpy as np
from numpy.typing import NDArray

from pipeline.metrics.blocks import Block, Features, for_products
from pipeline.metrics.checks import MetricError, check_pair

NEAR = 0.01  # share of the held-out real images that are as near to a training image as a memorised sample


def nearest_distances(points: Features, others: Features, among: bool = False) -> tuple[NDArray[np.float64], NDArray[np.intp]]:
    """For each point the Euclidean distance to the nearest of the others, and which one that is.

    Args:
        points: (n, d).
        others: (m, d).
        among: point i is others[i], and its nearest is another one.

    Returns:
        Distances (n,) and row numbers in `others` (n,).

    Raises:
        MetricError: if the shapes do not fit, or a number is not finite.

    >>> distances, nearest = nearest_distances(np.array([[1.0], [9.0]]), np.array([[0.0], [4.0], [8.0]]))
    >>> distances.tolist(), nearest.tolist()
    ([1.0, 1.0], [0, 2])
    """
    check_pair(others, points)

    def find(block: Block, rows: slice) -> NDArray[np.intp]:
        if among:
            block[np.arange(len(block)), np.arange(rows.start, rows.stop)] = np.inf
        return block.argmin(axis=1)

    # The nearest y has the least |y|^2 - 2 x.y, which is one product; float32 is enough to find it, with the middle of all y as the origin.
    middle = others.mean(axis=0, dtype=np.float64)
    lengths = ((others - middle) ** 2).sum(axis=1)
    left = np.hstack([-2 * (points - middle), np.ones((len(points), 1))]).astype(np.float32)
    right = np.hstack([others - middle, lengths[:, np.newaxis]]).astype(np.float32)
    nearest = np.concatenate(for_products(left, right, find))
    difference = points.astype(np.float64) - others[nearest]
    return np.sqrt((difference**2).sum(axis=1)), nearest


def memorised_share(distances: NDArray[np.float64], real_distances: NDArray[np.float64]) -> float:
    """Share of samples that are nearer to a training image than all but 1 % of held-out real images; better low.

    Meehan et al. 2020 (arXiv:2004.05675) compare the same distances by their ranks; this is their comparison at one threshold.

    Args:
        distances: of samples to the nearest training image, (n,).
        real_distances: of held-out real images to the nearest training image, (m,).

    Returns:
        From 0 to 1: about 0.01 for new digits, 1 for copies of training images.

    Raises:
        MetricError: if an array is not one row of finite numbers.

    >>> memorised_share(np.array([0.0, 0.5, 1.5, 2.0]), real_distances=np.arange(101.0))  # the 1st percentile is 1
    0.5
    """
    for name, values in (("distances", distances), ("real_distances", real_distances)):
        if values.ndim != 1 or not len(values) or not np.isfinite(values).all():
            raise MetricError(f"{name}: expected finite numbers, one per image, received shape {values.shape}")
    return float((distances < np.quantile(real_distances, NEAR)).mean())
