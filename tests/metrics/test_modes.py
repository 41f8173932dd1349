"""Modes of images of three digits, against counting one by one, and the divergence that so many samples of a perfect generator have."""

from collections import Counter
from math import log

import numpy as np
import pytest

from pipeline.metrics.checks import MetricError
from pipeline.metrics.modes import SAMPLES, mode_frequencies, mode_histogram, mode_scores

UNEVEN = np.array([0.05, 0.15] * 5)


def drawn(frequencies: np.ndarray, count: int = SAMPLES) -> np.ndarray:
    return np.random.default_rng(0).choice(10, (count, 3), p=frequencies)


def test_the_histogram_counts_combinations() -> None:
    classes = drawn(UNEVEN, 500)
    counted = Counter("".join(map(str, row)) for row in classes)
    histogram = mode_histogram(classes, 10)
    assert {f"{mode:03d}": round(share * 500) for mode, share in enumerate(histogram) if share} == counted


def test_a_perfect_generator_misses_no_mode_and_has_the_divergence_of_so_many_samples() -> None:
    for frequencies in (np.full(10, 0.1), UNEVEN):
        scores = mode_scores(drawn(frequencies), frequencies)
        assert scores["mode_kl"] == pytest.approx(999 / (2 * SAMPLES), rel=0.1)
    assert mode_scores(drawn(np.full(10, 0.1)), np.full(10, 0.1))["modes_covered"] == 1000


def test_missing_modes_are_counted_and_raise_the_divergence() -> None:
    few = np.full(10, 0.1)
    classes = drawn(few)
    classes[:, 0] %= 5
    scores = mode_scores(classes, few)
    assert scores["modes_covered"] == 500
    assert scores["mode_kl"] == pytest.approx(log(2) + 499 / (2 * SAMPLES), rel=0.01)
    assert mode_scores(np.zeros((100, 3), int), few) == {"modes_covered": 1, "mode_kl": pytest.approx(log(1000))}


def test_frequencies_of_modes_are_in_the_order_of_the_histogram() -> None:
    frequencies = mode_frequencies(UNEVEN, 3)
    assert frequencies.sum() == pytest.approx(1)
    assert frequencies[123] == pytest.approx(UNEVEN[1] * UNEVEN[2] * UNEVEN[3])


@pytest.mark.parametrize("shape", [(0, 3), (30,)])
def test_what_is_no_table_of_classes_is_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(MetricError, match=r"expected shape \(n, c\) with one sample or more"):
        mode_histogram(np.zeros(shape, int), 10)
