"""The kernel distance between two sets of features."""

import numpy as np
from numpy.typing import NDArray

from pipeline.metrics.checks import check_pair

Features = NDArray[np.float64]  # (n, d)
BLOCK = 1000  # rows at a time: 10 000 x 10 000 kernel values at once would be 800 MB


def kernel_distance(real: Features, fake: Features) -> float:
    """Unbiased squared maximum mean discrepancy with k(x, y) = (x.y / d + 1)^3, over all pairs (Binkowski et al. 2018, arXiv:1801.01401).

    E k(x, x') + E k(y, y') - 2 E k(x, y), a set's own pairs without i = j; 0 on average for sets of one distribution, so at times below.
    """
    check_pair(real, fake)
    within = sum((_sum(rows, rows) - _trace(rows)) / (len(rows) * (len(rows) - 1)) for rows in (real, fake))
    return float(within - 2 * _sum(real, fake) / (len(real) * len(fake)))


def _sum(first: Features, second: Features) -> float:
    scale = first.shape[1]
    return sum(float(((first[start : start + BLOCK] @ second.T / scale + 1) ** 3).sum()) for start in range(0, len(first), BLOCK))


def _trace(rows: Features) -> float:
    return float((((rows**2).sum(axis=1) / rows.shape[1] + 1) ** 3).sum())
