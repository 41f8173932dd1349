"""What is published of a cell: its scores and losses, its cost, what the doctor found, and what it was made from."""

import statistics
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pipeline.runtime  # noqa: F401 (before keras)

# isort: split
from benchmarks.tables import Row
from pipeline.classifier.files import Report
from pipeline.evaluation.files import SCORES, CellScores
from pipeline.files.artifacts import file_hash
from pipeline.files.cells import GENERATOR, HISTORY, Cell, training_hash
from pipeline.files.errors import PipelineError
from pipeline.files.json_file import read_json
from pipeline.gan.base import images_per_step
from pipeline.provenance import cell_key, code_hash
from pipeline.settings.params import Settings
from pipeline.tracking.run import search
from pipeline.tracking.store import GANS, connect

GANS_FOLDER, EVALUATIONS, DIAGNOSES = Path("artifacts/gan"), Path("artifacts/evaluation"), Path("artifacts/diagnosis")
REPORT = Path("artifacts/classifier/report.json")
CODE_OF = ("preprocess", "classifier", "reference", "train", "evaluate", "diagnose")  # the stages that a row depends on


class PublishError(PipelineError):
    """Something to be published is missing."""


def origin(settings: Settings, cell: Cell) -> dict[str, str]:
    """What a row comes from: hashes of the settings and the data, of the code, and of the classifier. The same origin gives the same scores."""
    return {"key": cell_key(settings, cell), "code": code_hash(*CODE_OF), "classifier_sha256": read_json(REPORT, Report)["sha256"]}


def published_row(settings: Settings, cell: Cell) -> Row:
    """A cell's row, from the files in artifacts/ and the durations in MLflow's store."""
    folder = GANS_FOLDER / cell.name
    findings = read_json(DIAGNOSES / f"{cell.name}.json")["findings"]
    scores: dict[str, Any] = read_json(EVALUATIONS / cell.name / SCORES, CellScores)
    return {
        **scores,
        **origin(settings, cell),
        "findings": {finding["id"]: finding["severity"] for finding in findings},
        "images_seen": images_seen(settings, cell.variant, len(read_json(folder / HISTORY)["epochs"])),
        "training_seconds": round(training_seconds(cell, folder), 1),
        "weights_md5": file_hash(folder / GENERATOR, "md5"),
    }


def images_seen(settings: Settings, variant: str, epochs: int) -> int:
    """Real images in so many epochs of whole steps; a cell that diverged has fewer epochs than planned."""
    per_step = images_per_step(settings.gan[variant])
    return epochs * (settings.train.epoch_images // per_step) * per_step


def training_seconds(cell: Cell, folder: Path) -> float:
    """How long the epochs of the cell's tracked run take, `without_pauses`; drawing sample sheets is not included."""
    client, experiment = connect(GANS)
    for run in search(client, experiment, training=training_hash(folder)):
        seconds = [point.value for point in client.get_metric_history(run.info.run_id, "time/epoch_seconds")]
        if seconds:
            return without_pauses(seconds)
    raise PublishError(
        f"{Path.cwd()}: expected the durations of {cell.name} in MLflow's store, found no run that was recorded while it trained; "
        f"there, delete its run in `make ui`, then `dvc repro --force --single-item train@{cell.name}`"
    )


def without_pauses(seconds: Sequence[float]) -> float:
    """The median duration of an epoch times their number: a machine that was busy or stopped for a few epochs changes it little.

    >>> without_pauses([3.0, 2.0, 2.0, 900.0, 2.0])
    10.0
    """
    return statistics.median(seconds) * len(seconds)
