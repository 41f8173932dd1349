"""Some of many items, evenly spaced."""

from collections.abc import Sequence
from typing import TypeVar

Item = TypeVar("Item")


def subsample(items: Sequence[Item], most: int) -> list[Item]:
    """At most `most` (2 or more) of the items, evenly spaced, with the first and the last.

    >>> subsample(range(9), 3)
    [0, 4, 8]
    """
    if len(items) <= most:
        return list(items)
    return [items[round(place * (len(items) - 1) / (most - 1))] for place in range(most)]
