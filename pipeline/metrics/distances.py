"""Euclidean distances between many points, in blocks that fit into memory."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

Features = NDArray[np.floating]  # (n, d)
BLOCK = 10_000_000  # distances at a time, 80 MB: those of 10 000 x 55 000 points at once would be 4.4 GB


def squared_distances(points: Features, others: Features) -> Iterator[NDArray[np.float64]]:
    """|x - y|^2 = |x|^2 + |y|^2 - 2 x.y of each of `points` (n, d) to each of `others` (m, d): blocks (b, m), n rows in all.

    >>> [block.tolist() for block in squared_distances(np.array([[0.0], [3.0]]), np.array([[1.0], [5.0]]))]
    [[[1.0, 25.0], [4.0, 4.0]]]
    """
    points, others = points.astype(np.float64), others.astype(np.float64)
    lengths = (others**2).sum(axis=1)
    rows = max(1, BLOCK // len(others))
    for start in range(0, len(points), rows):
        block = points[start : start + rows]
        distances = block @ others.T
        distances *= -2
        distances += lengths
        distances += (block**2).sum(axis=1)[:, np.newaxis]
        yield np.maximum(distances, 0, out=distances)
