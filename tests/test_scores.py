"""The set of scores: complete by name, and right at the extremes."""

import numpy as np
import pytest

from pipeline.features import Reading
from pipeline.scores import SCORES, score_samples

RANDOM = np.random.default_rng(0)
LABELS = np.arange(200) % 10
FEATURES = RANDOM.normal(size=(200, 4)) + LABELS[:, None]


def test_real_images_in_the_samples_place_score_as_real_ones():
    scores = score_samples(Reading(FEATURES, np.eye(10)[LABELS]), LABELS, FEATURES, np.full(10, 0.1), neighbours=3)
    assert tuple(scores) == SCORES
    assert scores["frechet_distance"] == pytest.approx(0, abs=1e-8)
    assert (scores["precision"], scores["recall"], scores["class_consistency"]) == (1, 1, 1)
    assert scores["classifier_score"] == pytest.approx(10)
    assert (scores["classes_covered"], scores["class_kl"]) == (10, pytest.approx(0))


def test_a_collapse_onto_one_digit_shows_in_every_score_but_precision():
    reading = Reading(np.tile(FEATURES[3], (200, 1)), np.eye(10)[np.full(200, 3)])
    scores = score_samples(reading, None, FEATURES, np.full(10, 0.1), neighbours=3)
    assert scores["precision"] == 1
    assert scores["recall"] < 0.05
    assert scores["frechet_distance"] > 1
    assert scores["kernel_distance"] > 0.1
    assert scores["classifier_score"] == pytest.approx(1)
    assert (scores["classes_covered"], scores["class_kl"]) == (1, pytest.approx(np.log(10)))
    assert scores["class_consistency"] is None
