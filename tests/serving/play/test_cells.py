"""Which cells can be played with, in which order, and with which settings."""

import re
from pathlib import Path

import pytest

from pipeline.files.artifacts import write_json
from pipeline.files.errors import DataError
from pipeline.files.json_file import read_json
from pipeline.serving.play.cells import trained_cells
from pipeline.settings.params import load_settings
from tests.conftest import ROOT


def names(artifacts: Path) -> list[str]:
    return [trained.cell.name for trained in trained_cells(artifacts)]


def test_the_best_comes_first_and_what_was_not_compared_last(project: Path) -> None:
    assert names(project) == ["modern-0", "answer-0", "asker-0"]
    (project / "leaderboard.json").unlink()
    assert names(project) == ["answer-0", "asker-0", "modern-0"]


def test_a_cells_settings_are_those_it_was_trained_with(project: Path) -> None:
    lock = Path("dvc.lock")
    lock.write_text(lock.read_text().replace("objective: relativistic", "objective: hinge"))
    assert trained_cells(project)[0].variant.objective == "hinge"
    assert load_settings(ROOT / "params.yaml").gan["modern"].objective == "relativistic"


def test_a_cell_of_an_older_version_is_left_out(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lock = Path("dvc.lock")
    before, after = lock.read_text().split("train@modern-0:")
    lock.write_text(f"{before}train@modern-0:" + re.sub(r" *digits_per_image: 1\n", "", after, count=1))
    assert names(project) == ["answer-0", "asker-0"]
    assert capsys.readouterr().out == (
        "modern-0: left out, an older version trained it, whose settings do not fit: digits_per_image; `dvc repro` trains it anew\n"
    )


def test_a_cell_that_cannot_be_played_with_is_named_with_the_reason(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    history = project / "gan/asker-0/history.json"
    write_json(history, read_json(history) | {"status": "diverged"})
    (project / "gan/answer-0/discriminator.weights.h5").unlink()
    (project / "gan/modern-0/generator.weights.h5").write_bytes(b"other weights")
    with pytest.raises(DataError, match="artifacts/gan: expected a trained cell to play with, found none; `make run` trains some"):
        trained_cells(project)
    assert capsys.readouterr().out.splitlines() == [
        "answer-0: left out, expected discriminator.weights.h5, found none; `dvc repro` makes it",
        "asker-0: left out, its training diverged",
        "modern-0: left out, dvc.lock does not say with which settings it was trained; `dvc repro` does",
    ]


def test_before_any_training_there_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="`make run` trains some"):
        trained_cells(tmp_path)
