"""The cost of the doctor is measured on a real GAN, with and without it."""

import pytest

from benchmarks.diagnosis.home import cost
from pipeline.data.digits import Digits
from pipeline.settings.params import Settings


@pytest.mark.slow
def test_the_cost_is_a_ratio_of_two_trainings(digits: Digits, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cost, "PAIRS", {"answer": 1})
    monkeypatch.setattr(cost, "STEPS", 2)
    (row,) = cost.measure(digits, settings)
    assert row["variant"] == "answer"
    assert 0 < row["lowest"] == row["ratio"] == row["highest"]
    assert row["seconds_before"] > 0
