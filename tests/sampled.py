"""Many cases of one kind: which of them which command tries."""

from collections.abc import Iterable
from typing import Any

import pytest

EVERY = 3


def sampled(names: Iterable[str], fast: Iterable[str] = (), every: int = EVERY) -> list[Any]:
    """Parameters for all names: `make test` takes those that are `fast`, `make test-all` every third besides, `make test-exhaustive` the others."""
    fast = set(fast)
    marks = {True: [pytest.mark.slow], False: [pytest.mark.slow, pytest.mark.exhaustive]}
    return [pytest.param(name, marks=[] if name in fast else marks[number % every == 0]) for number, name in enumerate(names)]
