"""Precision, recall, density and coverage of samples: neighbourhoods of features instead of Gaussians."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pipeline.metrics.checks import MetricError, check_pair
from pipeline.metrics.distances import Features, squared_distances


class NeighbourScores(NamedTuple):
    """r_k(x) is the distance of a point x of a set to its k-th neighbour in the set, itself left out; x real images, y samples.

    The first two are Kynkäänniemi et al. 2019 (arXiv:1904.06991), the others Naeem et al. 2020 (arXiv:2002.09797).
    """

    precision: float  # share of y with |y - x| <= r_k(x) for some x; 1 for a collapse onto one good sample
    recall: float  # share of x with |x - y| <= r_k(y) for some y; 0 for a collapse
    density: float  # 1 / (k n) times the number of pairs with |y - x| <= r_k(x), n samples: one outlier among x hardly counts; it may exceed 1
    coverage: float  # share of x with |y - x| <= r_k(x) for some y


def neighbour_scores(real: Features, fake: Features, neighbours: int) -> NeighbourScores:
    """The four scores of samples `fake` (n, d) held against `real` (m, d), with k = `neighbours`."""
    check_pair(real, fake)
    around_real, around_fake = _radii("real", real, neighbours), _radii("fake", fake, neighbours)
    inside = np.zeros(len(fake), int)  # of how many real images' neighbourhoods each sample is
    covered, recalled = np.zeros(len(real), bool), np.zeros(len(real), bool)
    start = 0
    for block in squared_distances(fake, real):
        rows = slice(start, start := start + len(block))
        within = block <= around_real
        inside[rows] = within.sum(axis=1)
        covered |= within.any(axis=0)
        recalled |= (block <= around_fake[rows, np.newaxis]).any(axis=0)
    shares = (inside > 0).mean(), recalled.mean(), inside.mean() / neighbours, covered.mean()
    return NeighbourScores(*map(float, shares))


def _radii(name: str, rows: Features, neighbours: int) -> NDArray[np.float64]:
    """Squared distance of each row to its k-th neighbour; a row is its own neighbour number 0."""
    if len(rows) <= neighbours:
        raise MetricError(f"neighbours: expected fewer than the {len(rows)} rows of {name}, received {neighbours}")
    return np.concatenate([np.partition(block, neighbours, axis=1)[:, neighbours] for block in squared_distances(rows, rows)])
