"""Rows of several looks are compared as distributions, once there are enough of them."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from pipeline.doctor.evidence.step_recorder import FAKE, REAL
from pipeline.doctor.tracing.samples_so_far import MEASURES, SamplesSoFar

RANDOM = np.random.default_rng(0)


def look(so_far: SamplesSoFar, real: np.ndarray, fake: np.ndarray, shape: tuple[int, ...] = ()) -> dict[str, float | None]:
    """One look at a step whose discriminator is given these rows."""
    images = {REAL: real, FAKE: fake}
    given = SimpleNamespace(images=lambda kind: images[kind])
    drawn = [SimpleNamespace(outputs=np.zeros((1, *shape)))] if shape else []
    now: Any = SimpleNamespace(losses=SimpleNamespace(calls_in_turn=lambda network: [given]), samples=drawn)
    return so_far.look(now)


def ring(rows: int, modes: int = 8) -> np.ndarray:
    angles = 2 * np.pi / modes * RANDOM.integers(0, modes, rows)
    return (np.stack([np.cos(angles), np.sin(angles)], axis=1) + 0.05 * RANDOM.standard_normal((rows, 2))).astype("float32")


def test_small_batches_are_added_up_over_looks() -> None:
    so_far = SamplesSoFar()
    assert look(so_far, ring(32), ring(32)) == dict.fromkeys(MEASURES)
    second = look(so_far, ring(32), ring(32))
    assert second["energy_distance"] == pytest.approx(0.0, abs=0.1)
    assert second["coverage"] is None
    for _ in range(6):
        last = look(so_far, ring(32), ring(32))
    assert (last["coverage"] or 0) > 0.8
    assert sum(map(len, so_far.real)) == 160
    assert last["spectrum_distance"] is None  # points have no frequencies


def test_earlier_samples_are_let_go() -> None:
    so_far = SamplesSoFar()
    for _ in range(5):
        far = look(so_far, ring(32), 3 + ring(32))
    for _ in range(5):
        near = look(so_far, ring(32), ring(32))
    assert (far["energy_distance"] or 0) > 1 > 0.2 > (near["energy_distance"] or 0)


def test_modes_that_are_left_out_and_samples_that_repeat_are_measured_apart() -> None:
    missing = look(SamplesSoFar(), ring(256), ring(256, modes=2))
    assert (missing["coverage"] or 1) < 0.4
    assert (missing["closeness"] or 0) > 0.9
    repeated = look(SamplesSoFar(), ring(256), np.repeat(ring(16), 16, axis=0))
    assert (repeated["crowding"] if repeated["crowding"] is not None else 1) < 0.05


def test_real_rows_of_a_few_kinds_alone_have_no_neighbours_to_compare_with() -> None:
    few = np.eye(4, dtype="float32")[RANDOM.integers(0, 4, 256)]
    assert look(SamplesSoFar(), few, few) == dict.fromkeys(MEASURES)


def test_rows_with_a_length_have_a_spectrum_and_rows_that_are_not_finite_nothing() -> None:
    noise = RANDOM.standard_normal((64, 64)).astype("float32")
    waves = np.sin(np.linspace(0, 20, 64) + RANDOM.uniform(0, 6, (64, 1))).astype("float32")
    assert (look(SamplesSoFar(), waves, noise, (64, 1))["spectrum_distance"] or 0) > 1.3
    assert look(SamplesSoFar(), waves, np.full((64, 64), np.nan), (64, 1)) == dict.fromkeys(MEASURES)
