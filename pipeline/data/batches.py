"""Batches of digits in an order that continues from any step."""

import itertools
from collections.abc import Iterator
from functools import lru_cache

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
    size = len(digits.labels)
    for step in itertools.count(first_step):
        positions = range(step * batch_size, (step + 1) * batch_size)
        indices = [_order(size, seed, position // size)[position % size] for position in positions]
        yield digits.images[indices], digits.labels[indices]


@lru_cache(maxsize=2)  # a batch belongs to two passes at most, unless the data set is smaller than a batch
def _order(size: int, seed: int, number_of_pass: int) -> NDArray[np.intp]:
    return np.random.default_rng([seed, number_of_pass]).permutation(size)
