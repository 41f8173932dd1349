"""Distances of distributions: closed forms, and what they are not to see."""

import numpy as np
import pytest

from pipeline.doctor.tracing.distributions import (
    Distances,
    coverage_and_precision,
    distances,
    relative_crowding,
    relative_energy_distance,
    relative_spectrum_distance,
)

RANDOM = np.random.default_rng(0)


def ring(rows: int, modes: int) -> np.ndarray:
    angles = np.pi / 4 * RANDOM.integers(0, 8, rows) if modes == 8 else np.pi * RANDOM.integers(0, modes, rows)
    return np.stack([np.cos(angles), np.sin(angles)], axis=1) + 0.05 * RANDOM.standard_normal((rows, 2))


def waves(rows: int) -> np.ndarray:
    time, phase = np.linspace(0, 1, 64), RANDOM.uniform(0, 2 * np.pi, (rows, 1))
    return np.sin(2 * np.pi * RANDOM.uniform(2, 5, (rows, 1)) * time + phase)[..., None]


def test_distances_are_those_of_every_row_to_every_row() -> None:
    assert distances(np.array([[0.0, 0.0], [3.0, 4.0]]), np.array([[0.0, 0.0]])).tolist() == [[0.0], [5.0]]


def test_the_energy_distance_of_two_points_from_their_middle_is_one_and_from_themselves_none() -> None:
    real = np.array([[-1.0]] * 128 + [[1.0]] * 128)
    assert relative_energy_distance(Distances.of(real, np.zeros((256, 1)))) == pytest.approx(1.0)
    assert relative_energy_distance(Distances.of(real, real)) == pytest.approx(0.0, abs=0.01)
    assert relative_energy_distance(Distances.of(real, np.ones((256, 1)))) == pytest.approx(1.0, abs=0.02)  # E|X - 1| = 1 as well
    assert relative_energy_distance(Distances.of(real, np.full((256, 1), 3.0))) > 3


def test_the_spectrum_does_not_know_where_a_row_begins_and_knows_noise_from_waves() -> None:
    real = waves(128)
    assert relative_spectrum_distance(real, np.roll(real, 20, axis=1)) == pytest.approx(0.0, abs=1e-9)
    assert relative_spectrum_distance(real, np.repeat(real.mean(axis=0, keepdims=True), 128, axis=0)) == pytest.approx(1.0)
    assert relative_spectrum_distance(real, waves(128)) < 0.2
    assert relative_spectrum_distance(real, RANDOM.standard_normal(real.shape)) > 1.5
    images = RANDOM.uniform(size=(8, 6, 5, 1))
    assert relative_spectrum_distance(images, np.roll(images, (2, 3), axis=(1, 2))) == pytest.approx(0.0, abs=1e-9)


def test_two_modes_of_eight_are_precise_and_cover_a_quarter() -> None:
    coverage, precision = coverage_and_precision(Distances.of(ring(256, 8), ring(256, 2)))
    assert precision > 0.9
    assert 0.15 < coverage < 0.35
    coverage, precision = coverage_and_precision(Distances.of(ring(256, 8), ring(256, 8)))
    assert min(coverage, precision) > 0.9
    coverage, precision = coverage_and_precision(Distances.of(ring(256, 8), 5 + ring(256, 8)))
    assert (coverage, precision) == (0.0, 0.0)


def test_crowding_is_the_distance_of_neighbours_relative_to_that_of_real_rows() -> None:
    real = np.arange(64.0)[:, None]
    assert relative_crowding(Distances.of(real, 10 + 0.25 * real)) == pytest.approx(0.25)
    assert relative_crowding(Distances.of(real, np.repeat(real[:8] * 8, 8, axis=0))) == pytest.approx(0.0, abs=1e-6)
    images = RANDOM.uniform(-1, 1, (64, 784)).astype("float32")
    assert relative_crowding(Distances.of(images, np.repeat(images[:8], 8, axis=0))) < 0.01
