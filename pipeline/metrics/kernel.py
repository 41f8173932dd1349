"""The kernel distance between two sets of features."""

import numpy as np
from numpy.typing import NDArray

from pipeline.metrics.blocks import Block, for_products
from pipeline.metrics.checks import check_pair

Features = NDArray[np.float64]  # (n, d)


def kernel_distance(real: Features, fake: Features) -> float:
    """Unbiased squared maximum mean discrepancy, E k(x, x') + E k(y, y') - 2 E k(x, y) with k(x, y) = (x.y / d + 1)^3; better low.

    Over all pairs, without those of a point with itself (Binkowski et al. 2018, arXiv:1801.01401).

    Args:
        real: features x of real images, (m, d), m >= 2.
        fake: features y of samples, (n, d), n >= 2.

    Returns:
        0 on average for two sets of one distribution, so sometimes negative; without an upper bound.

    Raises:
        MetricError: if the shapes do not fit, or a number is not finite.

    >>> kernel_distance(np.array([[0.0], [1.0]]), np.array([[2.0], [2.0]]))  # 1 + 125 - 2 (1 + 27) / 2
    98.0
    """
    check_pair(real, fake)
    within = sum((_sum(rows, rows) - _trace(rows)) / (len(rows) * (len(rows) - 1)) for rows in (real, fake))
    return float(within - 2 * _sum(real, fake) / (len(real) * len(fake)))


def _sum(first: Features, second: Features) -> float:
    def of_block(block: Block, rows: slice) -> float:
        block /= first.shape[1]
        block += 1
        cube = block * block
        cube *= block  # a power of 3 would take ten times as long
        return float(cube.sum())

    return sum(for_products(first, second, of_block))


def _trace(rows: Features) -> float:
    return float((((rows**2).sum(axis=1) / rows.shape[1] + 1) ** 3).sum())
