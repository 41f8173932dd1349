"""The set of scores: complete by name, right at the extremes, and their spread."""

import numpy as np
import pytest

from pipeline.metrics.samples import Reference, Samples
from pipeline.metrics.score_names import HEADLINE_SCORES, MODE_SCORES, SCORES
from pipeline.metrics.scores import score_samples, score_spread

RANDOM = np.random.default_rng(0)
LABELS = np.arange(500) % 10
FEATURES = RANDOM.normal(size=(500, 30)) + LABELS[:, None]
REAL = Reference(FEATURES, LABELS, RANDOM.uniform(1, 2, 500))
ITSELF = Samples(FEATURES, np.eye(10)[LABELS], LABELS, REAL.nearest)


def number(score: float | None) -> float:
    """The score, which is there."""
    assert score is not None
    return score


def test_real_images_in_the_samples_place_score_as_real_ones() -> None:
    scores = score_samples(ITSELF, REAL, neighbours=3)
    assert {*scores, "sample_trained_accuracy", *MODE_SCORES} == set(SCORES)
    assert set(HEADLINE_SCORES) <= set(scores)
    assert scores["frechet_distance"] == pytest.approx(0, abs=1e-8)
    assert (scores["precision"], scores["recall"], scores["coverage"], scores["class_consistency"]) == (1, 1, 1, 1)
    assert scores["classifier_score"] == pytest.approx(10)
    assert scores["classes_covered"] == 10
    assert scores["class_kl"] == pytest.approx(0)
    assert scores["within_class_diversity"] == pytest.approx(1)
    assert scores["memorised_share"] == pytest.approx(0.01)


def test_a_collapse_onto_one_digit_shows_in_every_score_but_precision() -> None:
    collapsed = Samples(np.tile(FEATURES[3], (500, 1)), np.eye(10)[np.full(500, 3)], None, np.zeros(500))
    scores = score_samples(collapsed, REAL, neighbours=3)
    assert scores["precision"] == 1
    assert number(scores["recall"]) < 0.05
    assert number(scores["coverage"]) < 0.05
    assert number(scores["frechet_distance"]) > 1
    assert number(scores["kernel_distance"]) > 0.1
    assert scores["classifier_score"] == pytest.approx(1)
    assert scores["classes_covered"] == 1
    assert scores["class_kl"] == pytest.approx(np.log(10))
    assert scores["class_consistency"] is None
    assert scores["within_class_diversity"] == pytest.approx(0, abs=1e-6)
    assert scores["memorised_share"] == 1


def test_the_spread_is_the_standard_deviation_over_disjoint_subsets() -> None:
    spread = score_spread(ITSELF, REAL, 3, subsets=5)
    drawn = np.random.default_rng(0).permutation(500).reshape(5, 100)
    parts = [score_samples(ITSELF.part(slice(100 * i, 100 * i + 100)), REAL.part(drawn[i]), 3) for i in range(5)]
    for name in ("frechet_distance", "recall", "memorised_share"):
        assert spread[name] == pytest.approx(np.std([number(part[name]) for part in parts], ddof=1))
        assert number(spread[name]) > 0
    assert set(spread) == set(parts[0])
    assert score_spread(ITSELF._replace(requested=None), REAL, 3, subsets=5)["class_consistency"] is None


def test_subsets_no_larger_than_the_features_have_no_spread() -> None:
    assert score_spread(ITSELF, REAL, 3, subsets=17) == {}
    assert score_spread(ITSELF, REAL, 3, subsets=4) != {}
