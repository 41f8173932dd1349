"""Variants over their seeds: mean, interval, and whether a variant is better than a baseline.

Where both have two seeds or more, the verdict is Welch's t-test (Welch 1947) of the Fréchet distances of the variant's seeds against the baseline's,
two-sided, its p corrected for the number of variants (Holm 1979): with confidence c, the chance of even one wrong verdict is at most 1 - c.

Where one of the two has a single seed there is no test, because nothing says how far another seed would lie. Then a row says how many times the
baseline's distance the variant's is, and whether their difference is within two standard deviations. Standard deviations are over seeds where there
are several, otherwise over disjoint subsets of the samples; the latter say how much the score of a part of the samples varies, which is more than
that of all samples does, and nothing of the differences between trainings.
"""

import math
import warnings
from bisect import bisect_left
from typing import Any

import numpy as np
from scipy import stats
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.power import TTestIndPower

from pipeline.metrics.score_names import SCORES

VERDICT_SCORE = "frechet_distance"  # the one that misses neither a collapse nor bad digits
POWER = 0.8  # the usual chance of detecting a difference as large as the one observed
MOST_SEEDS = 1000
STATUSES = ("finished", "diverged", "stopped")  # how the training of a cell ended; `stopped`: by the doctor

Row = dict[str, Any]


def aggregate(rows: list[Row], variants: list[str], baseline: str, confidence: float) -> list[Row]:
    """One row per variant, from the rows of its cells.

    Args:
        rows: the content of each cell's scores.json.
        variants: the variants, in the order of the result.
        baseline: the variant that the others are compared with.
        confidence: of the intervals and the verdicts, between 0 and 1.

    Returns:
        Per variant: its seeds by how their training ended, a summary of each score over its seeds, and the verdict.
    """
    by_variant = {variant: [row for row in rows if row["variant"] == variant] for variant in variants}
    scores = {variant: {name: _summary(cells, name, confidence) for name in SCORES} for variant, cells in by_variant.items()}
    distances = {variant: _values(cells, "scores", VERDICT_SCORE) for variant, cells in by_variant.items()}
    p_values = _p_values(distances, baseline, confidence)
    return [
        {
            "variant": variant,
            "seeds": {status: sorted(row["seed"] for row in cells if row["status"] == status) for status in STATUSES},
            "scores": scores[variant],
            "verdict": _verdict(variant, distances, baseline, p_values, confidence),
            "p": p_values.get(variant),
            "seeds_that_could_tell": _seeds_that_could_tell(distances, variant, baseline, p_values, confidence),
            **_apart(scores[variant][VERDICT_SCORE], scores.get(baseline, {}).get(VERDICT_SCORE)),
        }
        for variant, cells in by_variant.items()
    ]


def _values(rows: list[Row], kind: str, score: str) -> list[float]:
    return [row[kind][score] for row in rows if row[kind][score] is not None]


def _summary(rows: list[Row], score: str, confidence: float) -> dict[str, float | None]:
    """Mean and standard deviation over seeds, the confidence interval of the mean (Student's t), and the spread over subsets.

    `subset_sd` is the standard deviation over disjoint subsets of a cell's samples, pooled over seeds.
    """
    values, subsets = _values(rows, "scores", score), _values(rows, "spread", score)
    summary: dict[str, float | None] = dict.fromkeys(("mean", "sd", "low", "high", "subset_sd"))
    if values:
        summary["mean"] = values[0] if len(values) == 1 else float(np.mean(values))  # a count of one seed stays a whole number
    if len(values) > 1:
        sd = float(np.std(values, ddof=1))
        half = float(stats.t.ppf((1 + confidence) / 2, len(values) - 1)) * sd / math.sqrt(len(values))
        summary |= {"sd": sd, "low": float(np.mean(values)) - half, "high": float(np.mean(values)) + half}
    if subsets:
        summary["subset_sd"] = float(np.sqrt(np.mean(np.square(subsets))))
    return summary


def _verdict(variant: str, distances: dict[str, list[float]], baseline: str, p_values: dict[str, float], confidence: float) -> str:
    if variant == baseline:
        return "baseline"
    if not distances[variant] or not distances.get(baseline):
        return "no verdict"
    if variant not in p_values:
        return "seeds not compared"
    if p_values[variant] > 1 - confidence:
        return "cannot tell"
    return "better" if np.mean(distances[variant]) < np.mean(distances[baseline]) else "worse"


def _apart(own: dict[str, float | None], other: dict[str, float | None] | None) -> Row:
    """The ratio of a variant's mean to the baseline's, and whether their difference is within two standard deviations of it; null where unknown."""
    row: Row = {"times_the_baseline": None, "within_spread": None}
    if other is None or own["mean"] is None or other["mean"] is None:
        return row
    if own["mean"] > 0 and other["mean"] > 0:
        row["times_the_baseline"] = own["mean"] / other["mean"]
    spreads = [score["subset_sd"] if score["sd"] is None else score["sd"] for score in (own, other)]
    if None not in spreads:
        row["within_spread"] = abs(own["mean"] - other["mean"]) <= 2 * math.hypot(*(spread for spread in spreads if spread is not None))
    return row


def _p_values(distances: dict[str, list[float]], baseline: str, confidence: float) -> dict[str, float]:
    """The corrected p of each variant that has two seeds or more, as the baseline has."""
    against = distances.get(baseline, [])
    testable = [name for name, values in distances.items() if name != baseline and len(values) > 1 and len(against) > 1]
    if not testable:
        return {}
    corrected = multipletests([_p_value(distances[name], against) for name in testable], 1 - confidence, "holm")[1]
    return dict(zip(testable, corrected.tolist(), strict=True))


def _p_value(values: list[float], others: list[float]) -> float:
    if np.ptp(values) == 0 and np.ptp(others) == 0:  # no spread at all, where the test divides by zero
        return 1.0 if values[0] == others[0] else 0.0
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # nearly equal numbers lose precision, and p its last digits
        return float(stats.ttest_ind(values, others, equal_var=False).pvalue)


def _seeds_that_could_tell(
    distances: dict[str, list[float]], variant: str, baseline: str, p_values: dict[str, float], confidence: float
) -> int | None:
    """The fewest seeds of each at which a difference as large as this one, in standard deviations, would be detected with the usual power.

    They are more than there are. With n seeds of each and variances v, w, Welch's test has (n - 1)(v + w)² / (v² + w²) degrees of freedom: far fewer
    than 2n - 2 where a bad GAN's distances vary much more than a good one's. None: more than MOST_SEEDS, or there is a verdict already, or no test.
    """
    if p_values.get(variant, 0.0) <= 1 - confidence:
        return None
    values, others = distances[variant], distances[baseline]
    own, other = float(np.var(values, ddof=1)), float(np.var(others, ddof=1))
    if not own + other:
        return None
    effect = abs(float(np.mean(values) - np.mean(others))) / math.sqrt((own + other) / 2)
    power, alpha, share = TTestIndPower(), (1 - confidence) / len(p_values), (own + other) ** 2 / (own**2 + other**2)
    more = max(len(values), len(others)) + 1
    enough = bisect_left(
        range(MOST_SEEDS + 1), POWER, lo=more, key=lambda seeds: power.power(effect, seeds, alpha, df=(seeds - 1) * share) if effect else 0.0
    )
    return enough if enough <= MOST_SEEDS else None
