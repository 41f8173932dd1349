"""Variants over their seeds: intervals of known width, and verdicts that say no more than the seeds do."""

import math
from typing import Any

import numpy as np
import pytest

from pipeline.report.verdicts import VERDICT_SCORE, aggregate
from tests.report.conftest import score_row


def rows(spread: float | None = None, **outcomes: list[float | str]) -> list[dict[str, Any]]:
    return [score_row(name, seed, value, spread) for name, values in outcomes.items() for seed, value in enumerate(values)]


def verdicts(confidence: float = 0.95, spread: float | None = None, **outcomes: list[float | str]) -> dict[str, dict[str, Any]]:
    return {row["variant"]: row for row in aggregate(rows(spread, **outcomes), list(outcomes), "base", confidence)}


def test_means_and_intervals_are_students() -> None:
    summary = verdicts(base=[1.0, 2.0, 3.0])["base"]["scores"][VERDICT_SCORE]
    assert (summary["mean"], summary["sd"]) == (2, 1)
    half = 4.302653 / np.sqrt(3)  # the 97.5 % point of Student's t with two degrees of freedom
    assert (summary["low"], summary["high"]) == pytest.approx((2 - half, 2 + half))
    single = verdicts(base=[1.0])["base"]["scores"][VERDICT_SCORE]
    assert single == {"mean": 1, "sd": None, "low": None, "high": None, "subset_sd": None}


def test_spread_over_subsets_is_pooled_over_the_seeds_that_have_one() -> None:
    cells = [score_row("base", 0, 1.0, 3.0), score_row("base", 1, 2.0, 4.0), score_row("base", 2, "diverged", 9.0)]
    summary = aggregate(cells, ["base"], "base", 0.95)[0]["scores"][VERDICT_SCORE]
    assert summary["subset_sd"] == pytest.approx(np.sqrt(12.5))


def test_a_clear_difference_has_a_verdict_and_a_small_one_has_none() -> None:
    by_variant = verdicts(base=[10.0, 11.0, 10.5], good=[2.0, 2.1, 1.9], bad=[50.0, 51.0, 49.0], same=[10.9, 11.2, 10.2])
    assert [by_variant[name]["verdict"] for name in ("base", "good", "bad", "same")] == ["baseline", "better", "worse", "cannot tell"]
    assert by_variant["base"]["p"] is None
    assert by_variant["good"]["p"] < 0.05 < by_variant["same"]["p"]
    assert by_variant["same"]["seeds_that_could_tell"] > 3
    assert by_variant["good"]["seeds_that_could_tell"] is None


def test_p_is_welchs_corrected_by_holm() -> None:
    one = verdicts(base=[1.0, 2.0, 3.0], other=[4.0, 5.0, 6.0])["other"]["p"]
    assert one == pytest.approx(0.0213, abs=1e-4)  # t = 3.674, four degrees of freedom
    two = verdicts(base=[1.0, 2.0, 3.0], other=[4.0, 5.0, 6.0], third=[2.0, 2.5, 3.0])
    assert two["other"]["p"] == pytest.approx(2 * one)
    assert two["third"]["p"] > two["other"]["p"]
    assert verdicts(base=[1.0, 2.0, 3.0], other=[4.0, 5.0, 6.0], third=[2.0, 2.5, 3.0], confidence=0.97)["other"]["verdict"] == "cannot tell"


def test_the_seeds_that_could_tell_are_those_of_the_power_of_the_test() -> None:
    """Two-sided t-test, effect of one standard deviation, 5 %, power 0.8: 17 of each (Cohen 1988, table 2.4.1)."""
    by_variant = verdicts(base=[0.0, 1.0, 2.0], other=[1.0, 2.0, 3.0])["other"]
    assert by_variant["verdict"] == "cannot tell"
    assert by_variant["seeds_that_could_tell"] == 17


def test_of_very_unequal_variances_more_seeds_are_needed_and_never_as_many_as_there_are() -> None:
    """Welch's test of [100, 104] and [4000, 5000] has one degree of freedom, p 0.072; three seeds of each have two, where 4.30 is certain."""
    by_variant = verdicts(base=[100.0, 104.0], other=[4000.0, 5000.0])["other"]
    assert (by_variant["verdict"], by_variant["p"]) == ("cannot tell", pytest.approx(0.072, abs=1e-3))
    assert by_variant["seeds_that_could_tell"] == 3


def test_seeds_without_any_spread_are_compared_all_the_same() -> None:
    by_variant = verdicts(base=[1.0, 1.0], equal=[1.0, 1.0], lower=[0.5, 0.5])
    assert (by_variant["equal"]["verdict"], by_variant["equal"]["seeds_that_could_tell"]) == ("cannot tell", None)
    assert by_variant["lower"]["verdict"] == "better"


def test_a_single_seed_is_not_tested_but_how_far_apart_the_values_are_is_said() -> None:
    by_variant = verdicts(spread=0.4, base=[6239.0], far=[3.3], close=[6238.0])
    assert (by_variant["far"]["verdict"], by_variant["far"]["p"], by_variant["far"]["seeds_that_could_tell"]) == ("seeds not compared", None, None)
    assert by_variant["far"]["times_the_baseline"] == pytest.approx(3.3 / 6239)
    assert (by_variant["far"]["within_spread"], by_variant["close"]["within_spread"]) == (False, True)
    two_standard_deviations = 2 * math.hypot(0.4, 0.4)
    for distance, within in ((two_standard_deviations - 0.01, True), (two_standard_deviations + 0.01, False)):
        assert verdicts(spread=0.4, base=[10.0], other=[10.0 + distance])["other"]["within_spread"] is within


def test_one_seed_against_several_uses_the_spread_over_seeds_where_there_is_one() -> None:
    for outcomes in ({"base": [10.0, 14.0], "other": [20.0]}, {"base": [20.0], "other": [10.0, 14.0, "diverged"]}):
        by_variant = verdicts(spread=0.4, **outcomes)["other"]
        assert by_variant["verdict"] == "seeds not compared"
        assert by_variant["within_spread"] is False  # 8 apart, seeds vary by 2.83
    assert verdicts(spread=0.4, base=[10.0, 14.0], other=[17.0])["other"]["within_spread"] is True


def test_what_is_unknown_stays_empty() -> None:
    by_variant = verdicts(base=[2.0], unmeasured=[1.0], zero=[0.0])
    assert (by_variant["unmeasured"]["times_the_baseline"], by_variant["unmeasured"]["within_spread"]) == (0.5, None)
    assert by_variant["zero"]["times_the_baseline"] is None
    assert aggregate(rows(a=[1.0, 2.0]), ["a"], "base", 0.95)[0]["verdict"] == "no verdict"


def test_cells_that_diverged_and_cells_that_the_doctor_stopped_are_counted_apart() -> None:
    by_variant = verdicts(base=[1.0, 2.0], gone=["stopped", 3.0, "diverged", "stopped"], stopped=["stopped", "stopped"])
    assert by_variant["gone"]["seeds"] == {"finished": [1], "diverged": [2], "stopped": [0, 3]}
    assert by_variant["stopped"]["seeds"] == {"finished": [], "diverged": [], "stopped": [0, 1]}
    assert (by_variant["gone"]["verdict"], by_variant["stopped"]["verdict"]) == ("seeds not compared", "no verdict")
    assert by_variant["stopped"]["scores"][VERDICT_SCORE]["mean"] is None
