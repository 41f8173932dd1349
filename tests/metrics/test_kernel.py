"""The kernel distance against its definition and its conventions."""

import numpy as np
import pytest

from pipeline.metrics import blocks
from pipeline.metrics.kernel import kernel_distance

RANDOM = np.random.default_rng(0)


def by_definition(real: np.ndarray, fake: np.ndarray) -> float:
    def k(first: np.ndarray, second: np.ndarray) -> np.ndarray:
        return (first @ second.T / first.shape[1] + 1) ** 3

    def own(rows: np.ndarray) -> float:
        return k(rows, rows)[~np.eye(len(rows), dtype=bool)].mean()

    return own(real) + own(fake) - 2 * k(real, fake).mean()


def test_it_is_the_definition_whatever_the_block_size(monkeypatch: pytest.MonkeyPatch) -> None:
    real, fake = RANDOM.normal(size=(50, 8)), RANDOM.normal(size=(37, 8)) + 0.5
    for block in (7, 300, 100_000):
        monkeypatch.setattr(blocks, "BLOCK", block)
        assert kernel_distance(real, fake) == pytest.approx(by_definition(real, fake), rel=1e-10)


def test_two_points_against_two_points_by_hand() -> None:
    """d = 1: own pairs k(0, 1) = 1 and k(2, 2) = 125, crossed pairs k(0, 2) = 1 and k(1, 2) = 27."""
    assert kernel_distance(np.array([[0.0], [1.0]]), np.array([[2.0], [2.0]])) == pytest.approx(1 + 125 - 2 * 14)


def test_it_is_unbiased() -> None:
    """Over many pairs of samples of one distribution it is zero on average, and at times below."""
    distances = [kernel_distance(*np.random.default_rng(seed).normal(size=(2, 40, 4))) for seed in range(300)]
    assert abs(np.mean(distances)) < 3 * np.std(distances) / np.sqrt(300)
    assert min(distances) < 0 < max(distances)
    assert kernel_distance(RANDOM.normal(size=(40, 4)), RANDOM.normal(size=(40, 4)) + 2) > max(distances)


def test_bad_arrays_get_a_named_error() -> None:
    with pytest.raises(ValueError, match="fake: expected finite numbers"):
        kernel_distance(np.zeros((3, 2)), np.full((3, 2), np.inf))
