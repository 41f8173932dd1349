"""Batches of digits in an order that continues from any step."""

import itertools
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from pipeline.data.digits import Bytes, Digits


def batches(digits: Digits, batch_size: int, seed: int, first_step: int = 0) -> Iterator[tuple[Bytes, Bytes]]:
    """Yield endless batches; each pass over the data set visits every image once, in an order that depends on `seed` and the pass only.

    A batch is a pure function of its step, so training that resumes at any step gets the same batches as training without a break.

    Args:
        digits: The split to draw from.
        batch_size: Images in one batch.
        seed: Decides the order.
        first_step: The step of the first batch.

    Yields:
        Images, (batch_size, 28, 28) bytes, and labels, (batch_size,).

    >>> digits = Digits("mnist", np.zeros((6, 28, 28), np.uint8), np.arange(6, dtype=np.uint8))
    >>> stream = batches(digits, batch_size=3, seed=0)
    >>> sorted([*next(stream)[1], *next(stream)[1]]) == [0, 1, 2, 3, 4, 5]
    True
    """
    waiting = np.zeros(0, np.int64)
    for order in orders(len(digits.labels), seed, first_step * batch_size):
        waiting = np.concatenate([waiting, order])
        whole = len(waiting) // batch_size * batch_size
        for rows in waiting[:whole].reshape(-1, batch_size):
            yield digits.images[rows], digits.labels[rows]
        waiting = waiting[whole:]


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
