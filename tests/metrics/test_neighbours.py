"""Precision and recall against scikit-learn's neighbours, a known value and the extreme cases."""

import numpy as np
import pytest
from sklearn.neighbors import NearestNeighbors

from pipeline.metrics import neighbours
from pipeline.metrics.neighbours import precision, recall

RANDOM = np.random.default_rng(0)
REAL = RANDOM.normal(size=(120, 6))


def by_scikit_learn(points: np.ndarray, manifold: np.ndarray, k: int) -> float:
    radii = NearestNeighbors(n_neighbors=k + 1).fit(manifold).kneighbors(manifold)[0][:, k]
    return np.mean([(np.linalg.norm(manifold - point, axis=1) <= radii + 1e-12).any() for point in points])


def test_they_are_those_of_scikit_learns_neighbours_whatever_the_block_size(monkeypatch):
    fake = RANDOM.normal(size=(90, 6)) * 1.3 + 0.4
    for block in (11, 1000):
        monkeypatch.setattr(neighbours, "BLOCK", block)
        assert precision(REAL, fake, 3) == pytest.approx(by_scikit_learn(fake, REAL, 3))
        assert recall(REAL, fake, 3) == pytest.approx(by_scikit_learn(REAL, fake, 3))
    assert 0.05 < precision(REAL, fake, 3) < 0.95


def test_collapse_has_high_precision_and_no_recall():
    collapsed = REAL[0] + 1e-6 * RANDOM.normal(size=(50, 6))
    assert precision(REAL, collapsed, 3) == 1
    assert recall(REAL, collapsed, 3) < 0.03


def test_noise_has_no_precision_and_equal_sets_have_all_of_both():
    assert precision(REAL, REAL + 100, 3) == 0
    assert (precision(REAL, REAL, 3), recall(REAL, REAL, 3)) == (1, 1)


def test_too_few_rows_for_so_many_neighbours_get_a_named_error():
    with pytest.raises(ValueError, match="expected fewer than the 5 rows of the manifold, received 5"):
        precision(REAL[:5], REAL, 5)
    with pytest.raises(ValueError, match="fake: expected 6 features as in real, received 2"):
        recall(REAL, REAL[:, :2], 3)
