"""The published sweeps: nothing was lost and no byte differs, whatever was killed or cut."""

from benchmarks.sweep import kills
from tests.benchmarks.quotations import SWEEP

OVERHEAD = 3.0  # seconds of a cell that a sweep may add to `dvc repro --single-item`


def test_a_sweep_adds_little_to_a_cell() -> None:
    assert SWEEP["overhead"]["overhead"] <= OVERHEAD


def test_killed_processes_change_no_result() -> None:
    measured = SWEEP["kills"]
    assert (measured["status"], measured["different_files"]) == (0, [])
    assert measured["done_once"] == measured["cells"] == 40
    assert set(measured["killed"]) == set(kills.WORKERS)
    assert min(measured["killed"].values()) > 0
    assert sum(measured["killed"].values()) == 20
