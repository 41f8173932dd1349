"""The Fréchet distance against closed forms and conventions."""

import numpy as np
import pytest

from pipeline.metrics.frechet import frechet_distance

RANDOM = np.random.default_rng(0)


def test_a_shift_costs_its_squared_length() -> None:
    real = RANDOM.normal(size=(500, 3))
    assert frechet_distance(real, real + np.array([3.0, 4.0, 0.0])) == pytest.approx(25, rel=1e-9)


def test_equal_sets_in_any_order_are_at_zero() -> None:
    real = RANDOM.normal(size=(500, 8))
    assert frechet_distance(real, real[::-1]) == pytest.approx(0, abs=1e-8)


def test_scaling_each_axis_costs_the_squared_difference_of_deviations() -> None:
    """For commuting covariances the distance is the sum of (s - s')^2."""
    real = RANDOM.normal(size=(4000, 3))
    real = (real - real.mean(axis=0)) @ np.linalg.inv(np.linalg.cholesky(np.cov(real, rowvar=False))).T
    assert frechet_distance(real, real * [2.0, 3.0, 0.5]) == pytest.approx(1 + 4 + 0.25, rel=1e-9)


def test_correlated_gaussians_against_the_general_formula() -> None:
    first, second = (np.random.default_rng(seed).normal(size=(6, 6)) for seed in (1, 2))
    real, fake = RANDOM.normal(size=(300, 6)) @ first, RANDOM.normal(size=(400, 6)) @ second
    covariance, other = np.cov(real, rowvar=False), np.cov(fake, rowvar=False)
    root = np.sqrt(np.linalg.eigvals(covariance @ other).real).sum()
    expected = ((real.mean(0) - fake.mean(0)) ** 2).sum() + np.trace(covariance) + np.trace(other) - 2 * root
    assert frechet_distance(real, fake) == pytest.approx(expected, rel=1e-9)
    assert frechet_distance(real, fake) == pytest.approx(frechet_distance(fake, real), rel=1e-9)


def test_features_that_never_vary_do_not_upset_it() -> None:
    real = np.c_[RANDOM.normal(size=(300, 3)), np.zeros((300, 2))]
    assert frechet_distance(real, real + np.array([0, 0, 0, 2.0, 0])) == pytest.approx(4, rel=1e-9)


@pytest.mark.parametrize(
    ("fake", "message"),
    [
        (np.zeros((5, 2)), "expected 3 features as in real, received 2"),
        (np.full((5, 3), np.nan), "fake: expected finite numbers, received 15"),
        (np.zeros((1, 3)), "at least two rows"),
        (np.zeros(3), "at least two rows"),
    ],
)
def test_bad_arrays_get_a_named_error(fake: np.ndarray, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        frechet_distance(np.zeros((5, 3)), fake)


@pytest.mark.parametrize(("real_rows", "fake_rows"), [(3, 9), (9, 3)])
def test_no_more_rows_than_features_get_an_error_and_one_more_does_not(real_rows: int, fake_rows: int) -> None:
    real, fake = RANDOM.normal(size=(real_rows, 3)), RANDOM.normal(size=(fake_rows, 3))
    with pytest.raises(ValueError, match="more rows"):
        frechet_distance(real, fake)
    assert frechet_distance(np.r_[real, [[1, 2, 3]]], np.r_[fake, [[3, 2, 1]]]) > 0


def test_real_features_that_never_vary_get_an_error() -> None:
    with pytest.raises(ValueError, match="real: "):
        frechet_distance(np.ones((9, 3)), RANDOM.normal(size=(9, 3)))
