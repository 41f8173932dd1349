"""Precision, recall, density and coverage: they compare neighbourhoods of features, where the Fréchet distance compares Gaussians."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from pipeline.metrics.blocks import Block, Features, for_distances
from pipeline.metrics.checks import MetricError, check_pair


class NeighbourScores(NamedTuple):
    """Four scores, all better high; x are real images, y samples, and r_k(x) is the distance of x to its k-th neighbour in its own set.

    Precision and recall are those of Kynkäänniemi et al. 2019 (arXiv:1904.06991), density and coverage those of Naeem et al. 2020 (arXiv:2002.09797).
    """

    precision: float  # share of y with |y - x| <= r_k(x) for some x; 1 for a collapse onto one good sample
    recall: float  # share of x with |x - y| <= r_k(y) for some y; 0 for a collapse
    density: float  # 1 / (k n) times the number of pairs with |y - x| <= r_k(x), n samples; an outlier among x hardly changes it; it may exceed 1
    coverage: float  # share of x with |y - x| <= r_k(x) for some y


def neighbour_scores(real: Features, fake: Features, neighbours: int) -> NeighbourScores:
    """The four scores of samples.

    Args:
        real: features of real images, (m, d), m > k.
        fake: features of samples, (n, d), n > k.
        neighbours: k, 1 or more.

    Returns:
        Each from 0 to 1, except for density, which may exceed 1.

    Raises:
        MetricError: if the shapes do not fit, a number is not finite, or there are no more rows than neighbours.

    >>> neighbour_scores(np.array([[0.0], [1.0], [3.0], [4.0]]), np.array([[0.5], [10.0]]), neighbours=1)
    NeighbourScores(precision=0.5, recall=1.0, density=1.0, coverage=0.5)
    """
    check_pair(real, fake)
    around_real, around_fake = _radii("real", real, neighbours), _radii("fake", fake, neighbours)

    def compare(block: Block, rows: slice) -> list[Any]:
        """In how many real images' neighbourhoods each sample is, which of these have a sample inside, and which images are in a sample's."""
        within = block <= around_real
        return [within.sum(axis=1), within.any(axis=0), (block <= around_fake[rows, np.newaxis]).any(axis=0)]

    compared = zip(*for_distances(fake, real, compare), strict=True)
    inside, covered, recalled = np.concatenate(next(compared)), np.any(next(compared), axis=0), np.any(next(compared), axis=0)
    shares = (inside > 0).mean(), recalled.mean(), inside.mean() / neighbours, covered.mean()
    return NeighbourScores(*map(float, shares))


def _radii(name: str, rows: Features, neighbours: int) -> NDArray[np.float64]:
    """Squared distance of each row to its k-th neighbour; a row is its own neighbour number 0."""
    if len(rows) <= neighbours:
        raise MetricError(f"neighbours: expected fewer than the {len(rows)} rows of {name}, received {neighbours}")

    def farthest(block: Block, _: slice) -> NDArray[np.float64]:
        block.partition(neighbours, axis=1)
        return block[:, neighbours].copy()

    return np.concatenate(for_distances(rows, rows, farthest))
