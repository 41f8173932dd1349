"""A publication continues where it was interrupted, with what git has of the cells that are published already."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from benchmarks.pictures import draw_samples, draw_training
from benchmarks.publish import __main__ as publication
from benchmarks.publish.kept import is_kept, keep
from benchmarks.publish.rows import GANS_FOLDER
from pipeline.files.artifacts import write_json
from pipeline.files.cells import HISTORY, SAMPLE_ARRAYS, Cell
from pipeline.files.json_file import read_json
from pipeline.pictures.png import open_picture

ORIGIN = {"key": "k", "code": "c", "classifier_sha256": "s"}


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def gan_folder(folder: Path, colours: tuple[int, ...] = (), last_loss: float | None = 1.5) -> Path:
    """What the training of a cell leaves, as far as pictures show it."""
    folder.mkdir(parents=True)
    epochs = [{"epoch": epoch, "d_loss": loss, "g_loss": 0.5} for epoch, loss in ((1, 1.0), (2, last_loss))]
    write_json(folder / HISTORY, {"data_set": "mnist", "epochs": epochs})
    np.save(folder / SAMPLE_ARRAYS, np.random.default_rng(0).integers(0, 256, (2, 100, 28, 28, *colours), np.uint8))
    return folder


def test_pictures_are_drawn_from_what_is_kept() -> None:
    keep("answer", gan_folder(Path("a"), last_loss=None))
    keep("stacked", gan_folder(Path("b"), colours=(3,)))
    assert [is_kept(name) for name in ("answer", "stacked", "modern")] == [True, True, False]
    draw_training(Path("training.png"), ["answer", "stacked"])
    draw_samples(Path("samples.png"), ["answer", "stacked"])
    assert [open_picture(Path(name)).size for name in ("training.png", "samples.png")] == [(640, 480), (960, 96)]


@pytest.fixture
def trained(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the stages that a publication asks DVC for; DVC itself is not run."""
    stages: list[str] = []
    monkeypatch.setattr(publication, "reproduce", lambda _folder, *names: stages.extend(names))
    monkeypatch.setattr(publication, "load_settings", dict)
    monkeypatch.setattr(publication, "origin", lambda *_: ORIGIN)
    monkeypatch.setattr(publication, "published_row", lambda _settings, cell: row_of(cell))
    return stages


def row_of(cell: Cell, **changes: Any) -> dict[str, Any]:
    return {"variant": cell.variant, "seed": cell.seed, "status": "finished", "training_seconds": 1.0, **ORIGIN, **changes}


@pytest.mark.parametrize(
    ("rows", "kept", "again"),
    [
        ([row_of(Cell("answer", 0))], True, False),
        ([row_of(Cell("answer", 0))], False, True),  # the pictures need it
        ([row_of(Cell("answer", 0), code="other")], True, True),
        ([], True, True),
    ],
    ids=["published", "without its picture", "by other code", "never"],
)
def test_a_cell_is_trained_unless_it_is_published(trained: list[str], rows: list[dict[str, Any]], kept: bool, again: bool) -> None:
    write_json(publication.RESULTS, {"cells": rows})
    gan = gan_folder(Path("clone") / GANS_FOLDER / "answer-0")
    if kept:
        keep("answer", gan)
    publication._publish_cell(Path("clone"), Cell("answer", 0))
    assert trained == ([f"{stage}@answer-0" for stage in ("train", "evaluate", "diagnose")] if again else [])
    assert is_kept("answer")
    assert [row["code"] for row in read_json(publication.RESULTS)["cells"]] == ["c"]


def test_of_other_seeds_no_picture_is_needed(trained: list[str]) -> None:
    write_json(publication.RESULTS, {"cells": [row_of(Cell("modern", 1))]})
    Path("clone").mkdir()
    publication._publish_cell(Path("clone"), Cell("modern", 1))
    assert trained == []
    assert not is_kept("modern")
