"""Some of many items: the ends are always there."""

import pytest

from pipeline.evaluation.subsample import subsample


@pytest.mark.parametrize(
    ("count", "most", "expected"), [(1, 5, [0]), (5, 5, [0, 1, 2, 3, 4]), (9, 3, [0, 4, 8]), (4, 3, [0, 2, 3]), (100, 2, [0, 99])]
)
def test_items_are_evenly_spaced_and_the_ends_are_kept(count: int, most: int, expected: list[int]) -> None:
    assert subsample(range(count), most) == expected
