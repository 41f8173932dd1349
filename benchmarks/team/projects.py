"""Projects with made-up cells, of the size of the real `modern-0`, and what must be on record of each cell."""

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from numpy.typing import NDArray
from sklearn.datasets import load_digits

from pipeline.data.digits import Digits, save_digits
from pipeline.files.artifacts import write_json
from pipeline.files.cells import EVIDENCE, FIGURE, GENERATOR, HISTORY, SAMPLE_ARRAYS, Cell
from pipeline.files.json_file import read_json
from pipeline.metrics.score_names import SCORES
from pipeline.pictures.png import write_png
from pipeline.pictures.sheets import sample_sheet
from pipeline.settings.yaml_file import read_yaml
from pipeline.tracking.diagnosis import BY_EPOCH

HERE = Path(__file__).resolve().parents[2]
VARIANT = "modern"
EPOCHS, SHEET = 9, 100
LOSSES = ("d_loss", "d_loss_pair", "d_output_fake", "d_output_real", "d_penalty", "g_loss")
BUDGET_SECONDS = 600  # of tracking: a cell that waits for the server is to be measured, not given up
Point = tuple[str, int, float]  # metric, step, value


@lru_cache(maxsize=1)
def _digits() -> NDArray[np.uint8]:
    """The digits that scikit-learn carries, as 28 x 28 pixels."""
    small = load_digits().images.astype(np.uint8) * 15
    return np.pad(small.repeat(3, axis=1).repeat(3, axis=2), ((0, 0), (2, 2), (2, 2)))


def make_project(folder: Path, seeds: range) -> list[Cell]:
    """A project whose only variant has these seeds, with the files of each cell as the stages leave them, less the generator's weights."""
    folder.mkdir(parents=True)
    for name in ("pipeline", "dvc.yaml"):
        (folder / name).symlink_to(HERE / name)
    content = read_yaml(HERE / "params.yaml")
    content["run"] |= {"variants": [VARIANT], "seeds": list(seeds)}
    content["tracking"]["budget_seconds"] = BUDGET_SECONDS
    content["download"]["source"] = "digits"
    (folder / "params.yaml").write_text(yaml.safe_dump(content, sort_keys=False), encoding="utf-8")
    images = _digits()
    for name, part in (("train", slice(0, 1200)), ("validation", slice(1200, 1500)), ("test", slice(1500, None))):
        save_digits(folder / f"artifacts/data/{name}.npz", Digits("digits", images[part], np.zeros(len(images[part]), np.uint8)))
    cells = [Cell(VARIANT, seed) for seed in seeds]
    for cell in cells:
        _make_cell(folder, cell)
    return cells


def parts(cell: Cell) -> tuple[Path, Path, Path]:
    """The folders of a cell's training and evaluation, and the file of its diagnosis."""
    return Path(f"artifacts/gan/{cell.name}"), Path(f"artifacts/evaluation/{cell.name}"), Path(f"artifacts/diagnosis/{cell.name}.json")


def _make_cell(folder: Path, cell: Cell) -> None:
    random = np.random.default_rng(cell.seed)
    gan, evaluation, diagnosis = (folder / part for part in parts(cell))
    gan.mkdir(parents=True)
    (gan / GENERATOR).write_bytes(random.bytes(100))
    about = {"data_set": "digits", "variant": cell.variant, "seed": cell.seed, "status": "finished"}
    write_json(gan / HISTORY, about | {"epochs": _rows(random, LOSSES, 1)})
    write_json(gan / EVIDENCE, {"before": {}, "epochs": _rows(random, BY_EPOCH, 1)})
    sheets = random.choice(_digits(), (EPOCHS + 1, SHEET))
    np.save(gan / SAMPLE_ARRAYS, sheets)
    write_png(gan / FIGURE, sample_sheet(sheets[-1], cell.name))
    losses = {f"{name}_{when}": 1.0 for name in ("d_loss", "g_loss") for when in ("first", "last")}
    scores: dict[str, Any] = {group: _numbers(random, tuple(SCORES)) for group in ("scores", "spread", "real_reference")}
    measured = {"split": "test", "samples": 10000, "feature_layer": "features", "classifier_accuracy": 0.99, "classifier_sha256": "ab" * 32}
    write_json(evaluation / "scores.json", about | measured | {"losses": losses} | scores)
    curves = ("classifier_score", "effective_classes", "class_consistency")
    write_json(evaluation / "curves.json", {"samples": SHEET, "epochs": _rows(random, curves, 0)})
    (evaluation / "confusion.csv").write_text("requested,predicted\n" + "7,7\n" * 10000)
    for name in ("by_class.png", "nearest.png"):
        write_png(evaluation / name, sample_sheet(sheets[0], cell.name))
    write_json(diagnosis, {"findings": []})


def _numbers(random: np.random.Generator, names: tuple[str, ...]) -> dict[str, float]:
    return {name: float(random.uniform()) for name in names}


def _rows(random: np.random.Generator, names: tuple[str, ...], first: int) -> list[dict[str, Any]]:
    return [{"epoch": epoch} | _numbers(random, names) for epoch in range(first, EPOCHS + 1)]


def expected_points(project: Path, cell: Cell) -> set[Point]:
    """Every point that the cell's files say must be on record; durations and the machine's load are not in files."""
    gan, evaluation, _ = (project / part for part in parts(cell))
    scores: Mapping[str, Any] = read_json(evaluation / "scores.json", dict[str, Any])
    points = {(f"{group}/{name}", 0, value) for group in ("scores", "spread", "real_reference") for name, value in scores[group].items()}
    by_epoch = {"losses": gan / HISTORY, "diagnosis": gan / EVIDENCE, "scores_by_epoch": evaluation / "curves.json"}
    for group, path in by_epoch.items():
        for row in read_json(path, dict[str, Any])["epochs"]:
            points |= {(f"{group}/{name}", row["epoch"], value) for name, value in row.items() if name != "epoch"}
    return points
