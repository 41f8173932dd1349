"""The published sweeps: nothing was lost and no byte differs, whatever was killed or cut."""

from benchmarks.sweep import kills
from benchmarks.sweep.__main__ import TRANSCRIPT
from benchmarks.sweep.hosts import CUT_SECONDS
from tests.benchmarks.quotations import SWEEP
from tests.conftest import ROOT

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


def test_a_link_that_is_cut_changes_no_result() -> None:
    measured = SWEEP["hosts"]
    assert (measured["status"], measured["different_files"], measured["trained_in_the_project"]) == (0, [], 0)
    assert measured["done"] == measured["cells"] == 16
    assert measured["cut_seconds"] >= CUT_SECONDS
    printed = (ROOT / TRANSCRIPT).read_text(encoding="utf-8")
    assert "(Ray) The node with address: 10.77.0.2 has been marked dead." in printed
    assert f"```text\n{printed}```\n" in (ROOT / "docs/scale.md").read_text(encoding="utf-8")
