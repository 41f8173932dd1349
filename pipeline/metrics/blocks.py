"""Work on all pairs of two sets of points, in blocks of rows that several threads compute side by side."""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

Features = NDArray[np.floating]  # (n, d)
Block = NDArray[Any]  # (b, m), floats
Result = TypeVar("Result")
BLOCK = 4_000_000  # pairs at a time, 32 MB in each thread; those of 10 000 x 55 000 points at once would be 4.4 GB
MOST_THREADS = 8  # each holds a block, and what is made of it


def for_products(points: Features, others: Features, work: Callable[[Block, slice], Result]) -> list[Result]:
    """What `work` makes of the scalar products of `points` (n, d) and `others` (m, d), block by block.

    Args:
        points: rows of the blocks.
        others: columns of the blocks.
        work: takes a block x.y, (b, m), which it may overwrite, and which of `points` its rows are. It runs in a thread.

    Returns:
        Its results in the order of the rows: how many threads there are changes no byte of them.

    >>> for_products(np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([[1.0, 1.0]]), lambda block, rows: block.tolist())
    [[[3.0], [7.0]]]
    """
    size = max(1, BLOCK // len(others))
    runs = [slice(start, min(start + size, len(points))) for start in range(0, len(points), size)]
    with ThreadPoolExecutor(min(MOST_THREADS, os.cpu_count() or 1)) as threads:
        return list(threads.map(lambda rows: work(points[rows] @ others.T, rows), runs))


def for_distances(points: Features, others: Features, work: Callable[[Block, slice], Result]) -> list[Result]:
    """The same with the squared Euclidean distances |x - y|^2 = |x|^2 + |y|^2 - 2 x.y.

    >>> for_distances(np.array([[0.0], [3.0]]), np.array([[1.0], [5.0]]), lambda block, rows: block.tolist())
    [[[1.0, 25.0], [4.0, 4.0]]]
    """
    points, others = points.astype(np.float64), others.astype(np.float64)
    of_points, of_others = ((rows**2).sum(axis=1) for rows in (points, others))

    def on_distances(block: Block, rows: slice) -> Result:
        block *= -2
        block += of_others
        block += of_points[rows, np.newaxis]
        return work(np.maximum(block, 0, out=block), rows)

    return for_products(points, others, on_distances)
