"""Batches of digits in an order that continues from any step."""

import itertools
from collections.abc import Iterator
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from pipeline.data.digits import Bytes, Digits


def batches(digits: Digits, batch_size: int, seed: int, first_step: int = 0) -> Iterator[tuple[Bytes, Bytes]]:
    """Endless batches, (b, 28, 28) and (b,): every pass visits each image once, in an order that only `seed` and the pass decide.

    Being a pure function of the step, the stream continues anywhere (`first_step`) as if it had never stopped.
    """
    size = len(digits.labels)
    for step in itertools.count(first_step):
        positions = range(step * batch_size, (step + 1) * batch_size)
        indices = [_order(size, seed, position // size)[position % size] for position in positions]
        yield digits.images[indices], digits.labels[indices]


@lru_cache(maxsize=2)  # a batch touches two passes at most, unless the data set is smaller than a batch
def _order(size: int, seed: int, number_of_pass: int) -> NDArray[np.intp]:
    return np.random.default_rng([seed, number_of_pass]).permutation(size)
