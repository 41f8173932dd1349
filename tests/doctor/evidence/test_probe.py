"""Measurements of both networks on fixed inputs: closed forms."""

import keras
import numpy as np
import pytest

from pipeline.doctor.evidence.probe import Probe, auc, measure_networks, nearest, ratio


@pytest.mark.parametrize(
    ("high", "low", "expected"), [([2, 3], [0, 1], 1.0), ([0, 1], [2, 3], 0.0), ([1, 1], [1, 1], 0.5), ([0, 2], [1, 1], 0.5), ([1, 2], [1], 0.75)]
)
def test_auc_is_the_share_of_pairs_in_order(high: list[float], low: list[float], expected: float) -> None:
    assert auc(np.array(high, float), np.array(low, float)) == expected


def test_auc_of_what_is_not_finite_is_not_a_number() -> None:
    assert np.isnan(auc(np.array([np.inf]), np.array([0.0])))


def test_nearest_is_the_distance_to_another_row() -> None:
    images = np.array([[0.0, 0], [3, 4], [3, 5]]).reshape(3, 2, 1)
    assert nearest(images) == pytest.approx([5, 1, 1])


def test_ratio_is_of_root_mean_squares() -> None:
    assert ratio(np.array([3.0, -3]), np.array([1.0, 1, 1, -1])) == 3


def test_a_perfect_generator_and_a_blank_one() -> None:
    real = np.random.default_rng(0).uniform(-1, 1, (64, 4, 4, 1)).astype("float32")
    discriminator = keras.Sequential([keras.Input((4, 4, 1)), keras.layers.Flatten(), keras.layers.Dense(1)])
    identity = keras.Sequential([keras.Input((4, 4, 1)), keras.layers.Identity()])
    perfect, _ = measure_networks(identity, discriminator, Probe(real, real, real), None)
    assert perfect["real_fake_auc"] == perfect["train_heldout_auc"] == 0.5
    assert perfect["diversity"] == perfect["nearest_neighbour_ratio"] == perfect["contrast"] == pytest.approx(1)
    assert perfect["mean_image_distance"] == 0
    blank = np.full_like(real, real.min())
    measured, samples = measure_networks(identity, discriminator, Probe(blank, real, None), blank)
    assert measured["mean_image_distance"] == pytest.approx(1, abs=1e-3)
    assert [measured["diversity"], measured["nearest_neighbour_ratio"], measured["sample_change"]] == pytest.approx([0, 0, 0], abs=1e-5)
    assert "train_heldout_auc" not in measured
    assert np.array_equal(samples, blank)
