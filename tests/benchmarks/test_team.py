"""The published figures of a team's server are those of a record without a loss."""

from pathlib import Path

from benchmarks.team.__main__ import AT_ONCE, CELLS
from benchmarks.team.projects import EPOCHS, LOSSES, expected_points, make_project
from pipeline.metrics.score_names import SCORES
from pipeline.tracking.diagnosis import BY_EPOCH
from tests.benchmarks.quotations import TEAM


def test_nothing_was_lost_and_nothing_failed() -> None:
    assert (TEAM["cells"], TEAM["at_once"]) == (CELLS, AT_ONCE)
    assert (TEAM["lost_metrics"], TEAM["errors"]) == (0, 0)
    assert TEAM["rows_per_cell"]["runs"] == TEAM["rows_per_cell"]["logged_models"] == 1


def test_the_points_of_a_made_up_cell_are_all_that_its_files_hold(tmp_path: Path) -> None:
    (cell,) = make_project(tmp_path / "project", range(1))
    points = expected_points(tmp_path / "project", cell)
    assert len(points) == 3 * len(SCORES) + EPOCHS * (len(LOSSES) + len(BY_EPOCH)) + 3 * (EPOCHS + 1)
    assert len(points) <= TEAM["rows_per_cell"]["metrics"]  # which has durations and the machine's load as well
    assert len({value for _, _, value in points}) == len(points)  # so that no number can stand for another
