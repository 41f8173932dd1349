"""Precision and recall of samples: neighbourhoods of features instead of Gaussians."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from pipeline.metrics.checks import check_pair

Features = NDArray[np.float64]  # (n, d)
BLOCK = 1000  # rows at a time: 10 000 x 10 000 distances at once would be 800 MB


def precision(real: Features, fake: Features, neighbours: int) -> float:
    """Share of samples within the manifold of real images: nearer to some real image than its `neighbours`-th real neighbour is.

    Kynkäänniemi et al. 2019, arXiv:1904.06991. 1 for a collapse onto one good sample: read it together with recall.
    """
    check_pair(real, fake)
    return _share_inside(fake, real, neighbours)


def recall(real: Features, fake: Features, neighbours: int) -> float:
    """Share of real images within the manifold of samples; 0 for a collapse (Kynkäänniemi et al. 2019, arXiv:1904.06991)."""
    check_pair(real, fake)
    return _share_inside(real, fake, neighbours)


def _share_inside(points: Features, manifold: Features, neighbours: int) -> float:
    if len(manifold) <= neighbours:
        raise ValueError(f"neighbours: expected fewer than the {len(manifold)} rows of the manifold, received {neighbours}")
    radii = np.concatenate([np.partition(block, neighbours, axis=1)[:, neighbours] for block in _distances(manifold, manifold)])
    return float(np.concatenate([(block <= radii).any(axis=1) for block in _distances(points, manifold)]).mean())


def _distances(points: Features, others: Features) -> Iterator[NDArray[np.float64]]:
    """Squared distances, block by block of `points`; in a set of its own, a point is its own neighbour number 0."""
    lengths = (others**2).sum(axis=1)
    for start in range(0, len(points), BLOCK):
        block = points[start : start + BLOCK]
        yield np.maximum((block**2).sum(axis=1)[:, np.newaxis] + lengths - 2 * block @ others.T, 0)
