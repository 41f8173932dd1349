"""The order in which a training uses its images; it continues from any step."""

import itertools
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray


def orders(size: int, seed: int, first: int = 0) -> Iterator[NDArray[np.int64]]:
    """Yield the row numbers of a data set in the order in which they are used, one array for each pass over it, without end.

    Args:
        size: Rows of the data set.
        seed: Decides the orders; each is a function of the seed and the number of the pass.
        first: Rows that were used before.

    Yields:
        Row numbers, (size,); the first array lacks those that were used before.

    >>> whole, later = orders(size=5, seed=0), orders(size=5, seed=0, first=7)
    >>> [*next(whole), *next(whole)][7:] == list(next(later))
    True
    """
    for number in itertools.count(first // size):
        order = np.random.default_rng([seed, number]).permutation(size)
        yield order[max(0, first - number * size) :]
