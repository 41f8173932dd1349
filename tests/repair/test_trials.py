"""Trials are kept under what they come from, and a folder that is not a whole trial is none."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast

import pytest

from pipeline.files.artifacts import write_json
from pipeline.files.errors import PipelineError
from pipeline.repair import trials as module
from pipeline.repair.trial import Paths
from pipeline.repair.trials import Trials
from pipeline.repair.workers import RESULT, SHEET, Task
from pipeline.settings.params import Settings
from pipeline.settings.variants import VariantSettings


class Made:
    """Trials whose makers leave files with nothing found, and count them."""

    def __init__(self, folder: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
        self.paths, self.folders = Paths(*(folder / name for name in Paths._fields)), list[Path]()
        for path in self.paths:
            path.write_bytes(b"content")
        self.variant = settings.gan["answer"]
        monkeypatch.setattr(module, "make", self._make)
        self.trials = Trials(folder / "trials", self.paths, settings, cast(Any, None))

    def run(self, variant: VariantSettings | None = None) -> Path:
        """The folder of a trial."""
        return self.trials.run([variant or self.variant], [0], 0.1)[0][0].folder

    def _make(self, _: Any, tasks: Sequence[Task]) -> None:
        for _, folder in tasks:
            self.folders.append(folder)
            write_json(folder / RESULT, {"evidence": {}})
            (folder / SHEET).write_bytes(b"picture")


@pytest.fixture
def made(tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Made:
    return Made(tmp_path, settings, monkeypatch)


def test_a_trial_is_made_once_and_another_one_by_itself(made: Made) -> None:
    assert made.run() == made.run()
    other = made.run(made.variant.model_copy(update={"r1_gamma": 1.0}))
    assert made.folders == [made.run(), other]


@pytest.mark.parametrize("lost", [RESULT, SHEET])
def test_half_a_trial_is_made_again(made: Made, lost: str) -> None:
    (made.run() / lost).unlink()
    assert made.run() in made.folders
    assert len(made.folders) == 2


def test_a_damaged_trial_is_one_line_that_names_its_folder(made: Made) -> None:
    folder = made.run()
    (folder / RESULT).write_text("{")
    with pytest.raises(PipelineError, match=rf"{folder}: expected a trial, found a damaged one; remove this folder, and run the same command again"):
        made.run()


def test_other_data_than_at_the_start_end_a_repair_before_a_trial_is_kept_in_their_name(made: Made) -> None:
    made.run()
    made.paths.classifier.write_bytes(b"another")
    with pytest.raises(PipelineError, match="expected the data, the classifier and the code that it began with, found others"):
        made.run(made.variant.model_copy(update={"r1_gamma": 1.0}))
    assert len(made.folders) == 1
