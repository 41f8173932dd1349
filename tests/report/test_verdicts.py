"""Variants over their seeds: intervals of known width, and verdicts that say no more than the seeds do."""

import numpy as np
import pytest

from pipeline.metrics.score_names import SCORES
from pipeline.report.verdicts import VERDICT_SCORE, aggregate


def rows(**distances: list[float | None]) -> list[dict]:
    empty = dict.fromkeys(SCORES)
    return [
        {"variant": name, "status": "finished" if value is not None else "diverged", **empty, VERDICT_SCORE: value}
        for name, values in distances.items()
        for value in values
    ]


def verdicts(confidence: float = 0.95, **distances: list[float | None]) -> dict[str, dict]:
    return {row["variant"]: row for row in aggregate(rows(**distances), list(distances), "base", confidence)}


def test_means_and_intervals_are_students():
    found = verdicts(base=[1.0, 2.0, 3.0])["base"]["scores"][VERDICT_SCORE]
    assert (found["mean"], found["sd"]) == (2, 1)
    half = 4.302653 / np.sqrt(3)  # the 97.5 % point of Student's t with two degrees of freedom
    assert (found["low"], found["high"]) == pytest.approx((2 - half, 2 + half))
    assert verdicts(base=[1.0])["base"]["scores"][VERDICT_SCORE] == {"mean": 1, "sd": None, "low": None, "high": None}


def test_a_clear_difference_is_told_and_a_small_one_is_not():
    found = verdicts(base=[10.0, 11.0, 10.5], good=[2.0, 2.1, 1.9], bad=[50.0, 51.0, 49.0], same=[10.9, 11.2, 10.2])
    assert [found[name]["verdict"] for name in ("base", "good", "bad", "same")] == ["baseline", "better", "worse", "cannot tell"]
    assert found["base"]["p"] is None
    assert found["good"]["p"] < 0.05 < found["same"]["p"]
    assert found["same"]["seeds_that_could_tell"] > 3


def test_p_is_welchs_corrected_by_holm():
    one = verdicts(base=[1.0, 2.0, 3.0], other=[4.0, 5.0, 6.0])["other"]["p"]
    assert one == pytest.approx(0.0213, abs=1e-4)  # t = 3.674, four degrees of freedom
    two = verdicts(base=[1.0, 2.0, 3.0], other=[4.0, 5.0, 6.0], third=[2.0, 2.5, 3.0])
    assert two["other"]["p"] == pytest.approx(2 * one)
    assert two["third"]["p"] > two["other"]["p"]
    assert verdicts(base=[1.0, 2.0, 3.0], other=[4.0, 5.0, 6.0], third=[2.0, 2.5, 3.0], confidence=0.97)["other"]["verdict"] == "cannot tell"


def test_the_seeds_that_could_tell_are_those_of_the_power_of_the_test():
    """Two-sided t-test, effect of one standard deviation, 5 %, power 0.8: 17 of each (Cohen 1988, table 2.4.1)."""
    found = verdicts(base=[0.0, 1.0, 2.0], other=[1.0, 2.0, 3.0])["other"]
    assert found["verdict"] == "cannot tell"
    assert found["seeds_that_could_tell"] == 17


def test_one_seed_or_none_that_finished_cannot_tell():
    found = verdicts(base=[1.0, 2.0], single=[5.0], gone=[None, None])
    assert (found["single"]["verdict"], found["single"]["p"], found["single"]["seeds_that_could_tell"]) == ("cannot tell", None, None)
    assert (found["gone"]["verdict"], found["gone"]["diverged"], found["gone"]["seeds"]) == ("no verdict", 2, 2)
    assert found["gone"]["scores"][VERDICT_SCORE]["mean"] is None
    assert aggregate(rows(a=[1.0, 2.0]), ["a"], "base", 0.95)[0]["verdict"] == "no verdict"


def test_seeds_without_any_spread_are_compared_all_the_same():
    found = verdicts(base=[1.0, 1.0], equal=[1.0, 1.0], lower=[0.5, 0.5])
    assert (found["equal"]["verdict"], found["equal"]["seeds_that_could_tell"]) == ("cannot tell", None)
    assert found["lower"]["verdict"] == "better"
