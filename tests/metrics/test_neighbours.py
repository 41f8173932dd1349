"""Precision, recall, density and coverage: published numbers, and the extreme cases in which they differ."""

import numpy as np
import pytest

from pipeline.metrics import blocks
from pipeline.metrics.neighbours import neighbour_scores

RANDOM = np.random.default_rng(0)
REAL = RANDOM.normal(size=(500, 6))


def test_they_do_not_depend_on_the_block_size(monkeypatch: pytest.MonkeyPatch) -> None:
    fake = RANDOM.normal(size=(90, 6)) * 1.3 + 0.4
    whole = neighbour_scores(REAL, fake, 3)
    monkeypatch.setattr(blocks, "BLOCK", 7 * len(REAL))
    assert neighbour_scores(REAL, fake, 3) == pytest.approx(whole)
    assert 0.05 < whole.precision < 0.95


def test_four_points_by_hand() -> None:
    """k = 1: every real radius is 1, and 0.5 lies within two of them; the two samples are 9.5 apart."""
    real, fake = np.array([[0.0], [1.0], [3.0], [4.0]]), np.array([[0.5], [10.0]])
    assert neighbour_scores(real, fake, 1) == (0.5, 1, 1, 0.5)


def test_the_edge_of_a_neighbourhood_belongs_to_it() -> None:
    real, fake = np.array([[0.0], [1.0]]), np.array([[2.0], [5.0]])
    assert neighbour_scores(real, fake, 1) == (0.5, 1, 0.5, 0.5)
    assert neighbour_scores(real, fake + 1e-6, 1).precision == 0


def test_collapse_onto_one_real_image_is_precise_and_recalls_and_covers_almost_nothing() -> None:
    scores = neighbour_scores(REAL, REAL[0] + 1e-6 * RANDOM.normal(size=(100, 6)), 5)
    assert scores.precision == 1
    assert scores.recall <= 1 / len(REAL)
    assert 0 < scores.coverage < 0.05
    assert neighbour_scores(REAL, np.tile(REAL[1] + 1e-3, (100, 1)), 5).recall == 0


def test_noise_has_nothing_and_equal_sets_have_all() -> None:
    scores = neighbour_scores(REAL, REAL + 100, 5)
    assert (scores.precision, scores.density, scores.coverage) == (0, 0, 0)
    scores = neighbour_scores(REAL, REAL, 5)
    assert (scores.precision, scores.recall, scores.coverage) == (1, 1, 1)


def test_an_outlier_among_real_images_fools_precision_and_hardly_density() -> None:
    """Its neighbourhood reaches to the other real images, and so contains samples that are far from all of them."""
    outlier, fake = np.full((1, 6), 30.0), np.full((200, 6), 15.0) + RANDOM.normal(size=(200, 6))
    assert neighbour_scores(REAL, fake, 5).precision == 0
    fooled = neighbour_scores(np.r_[REAL, outlier], fake, 5)
    assert fooled.precision == 1
    assert fooled.density == pytest.approx(1 / 5)
    assert fooled.coverage == pytest.approx(1 / 501)


@pytest.mark.slow
def test_two_normal_samples_score_about_as_published() -> None:
    """What clovaai/generative-evaluation-prdc prints for 10 000 x 1000 standard normal numbers with k = 5.

    Those are one unseeded draw: the tolerances are three deviations of the difference of two draws, measured over the seeds 0 to 4.
    """
    real, fake = np.random.default_rng(0).normal(size=(2, 10_000, 1000))
    scores = neighbour_scores(real, fake, 5)
    for score, published, tolerance in zip(scores, (0.4772, 0.4705, 1.0555, 0.9735), (0.07, 0.033, 0.26, 0.029), strict=True):
        assert score == pytest.approx(published, abs=tolerance)


def test_too_few_rows_for_so_many_neighbours_get_a_named_error() -> None:
    with pytest.raises(ValueError, match="expected fewer than the 5 rows"):
        neighbour_scores(REAL[:5], REAL, 5)
    with pytest.raises(ValueError, match="expected fewer than the 5 rows"):
        neighbour_scores(REAL, REAL[:5], 5)
    with pytest.raises(ValueError, match="fake: expected 6 features as in real, received 2"):
        neighbour_scores(REAL, REAL[:, :2], 3)
