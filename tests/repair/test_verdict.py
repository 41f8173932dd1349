"""A change is judged seed by seed, also where trainings diverge."""

import pytest

from pipeline.repair.verdict import Verdict, verdict


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ([None, None], [90.0, 95.0], Verdict("better", None)),
        ([None, 100.0], [90.0, 80.0], Verdict("better", 0.8)),
        ([None, 100.0], [90.0, 5000.0], Verdict("no difference", 50.0)),  # one seed no longer diverges, the other one is much worse
        ([None, 100.0], [None, 5000.0], Verdict("no difference", 50.0)),
        ([None, 100.0], [None, 100.0], Verdict("no difference", 1.0)),
        ([None, 100.0], [90.0, None], Verdict("worse", None)),
        ([100.0, 100.0], [50.0, None], Verdict("worse", 0.5)),
        ([None, None], [None, None], Verdict("no difference", None)),
    ],
)
def test_a_seed_that_diverges_does_not_hide_another_one(before: list[float | None], after: list[float | None], expected: Verdict) -> None:
    assert verdict(before, after) == expected
