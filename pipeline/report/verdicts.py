"""Variants over their seeds: mean, interval, and whether a variant is better than a baseline.

A verdict is Welch's t-test (Welch 1947) of the Fréchet distances of a variant's seeds against the baseline's, two-sided, its p corrected for the
number of variants (Holm 1979): with confidence c, the chance of even one wrong verdict is at most 1 - c.
"""

import math
import warnings
from typing import Any

import numpy as np
from scipy import stats
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.power import TTestIndPower

from pipeline.metrics.score_names import SCORES

VERDICT_SCORE = "frechet_distance"  # the one that misses neither a collapse nor bad digits
POWER = 0.8  # the usual chance that a difference as large as the one seen would be told
MOST_SEEDS = 1000

Row = dict[str, Any]


def aggregate(rows: list[Row], variants: list[str], baseline: str, confidence: float) -> list[Row]:
    """One row per variant: its seeds, its scores' mean, standard deviation and interval, and its verdict against `baseline`."""
    by_variant = {variant: [row for row in rows if row["variant"] == variant] for variant in variants}
    distances = {variant: _values(cells, VERDICT_SCORE) for variant, cells in by_variant.items()}
    verdicts = _verdicts(distances, baseline, confidence)
    return [
        {
            "variant": variant,
            "seeds": len(cells),
            "diverged": sum(row["status"] != "finished" for row in cells),
            "scores": {name: _summary(_values(cells, name), confidence) for name in SCORES},
            **verdicts[variant],
        }
        for variant, cells in by_variant.items()
    ]


def _values(rows: list[Row], score: str) -> list[float]:
    return [row[score] for row in rows if row[score] is not None]


def _summary(values: list[float], confidence: float) -> dict[str, float | None]:
    """Mean, standard deviation, and the interval that holds the mean over all seeds with this confidence (Student's t)."""
    summary: dict[str, float | None] = dict.fromkeys(("mean", "sd", "low", "high"))
    if values:
        summary["mean"] = float(np.mean(values))
    if len(values) > 1:
        sd = float(np.std(values, ddof=1))
        half = float(stats.t.ppf((1 + confidence) / 2, len(values) - 1)) * sd / math.sqrt(len(values))
        summary |= {"sd": sd, "low": float(np.mean(values)) - half, "high": float(np.mean(values)) + half}
    return summary


def _verdicts(distances: dict[str, list[float]], baseline: str, confidence: float) -> dict[str, Row]:
    """Per variant: verdict, corrected p, and how many seeds of each could tell a difference as large as the one seen."""
    against = distances.get(baseline, [])
    testable = [name for name, values in distances.items() if name != baseline and len(values) > 1 and len(against) > 1]
    p_values = [_p_value(distances[name], against) for name in testable]
    corrected = dict(zip(testable, multipletests(p_values, 1 - confidence, "holm")[1].tolist() if testable else [], strict=True))
    verdicts = {}
    for name, values in distances.items():
        p = corrected.get(name)
        if name == baseline:
            word = "baseline"
        elif baseline not in distances or not values or not against:
            word = "no verdict"
        elif p is None or p > 1 - confidence:
            word = "cannot tell"
        else:
            word = "better" if np.mean(values) < np.mean(against) else "worse"
        enough = _seeds_that_could_tell(values, against, (1 - confidence) / len(testable)) if word == "cannot tell" and p is not None else None
        verdicts[name] = {"verdict": word, "p": p, "seeds_that_could_tell": enough}
    return verdicts


def _p_value(values: list[float], others: list[float]) -> float:
    if np.ptp(values) == 0 and np.ptp(others) == 0:  # no spread at all, where the test divides by zero
        return 1.0 if values[0] == others[0] else 0.0
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # nearly equal numbers lose precision, and p its last digits
        return float(stats.ttest_ind(values, others, equal_var=False).pvalue)


def _seeds_that_could_tell(values: list[float], others: list[float], alpha: float) -> int | None:
    """The fewest seeds of each with which a difference as large as this one, in standard deviations, is told with the usual power; None: too many."""
    spread = math.sqrt((np.var(values, ddof=1) + np.var(others, ddof=1)) / 2)
    effect = abs(float(np.mean(values) - np.mean(others))) / spread if spread else 0.0
    power = TTestIndPower()
    return next((seeds for seeds in range(2, MOST_SEEDS + 1) if effect and power.power(effect, seeds, alpha) >= POWER), None)
