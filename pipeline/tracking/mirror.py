"""Writing cells and the classifier into their runs: the same calls live, epoch by epoch, and later from the files."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import keras
import mlflow
import numpy as np
import tensorflow as tf
from mlflow.models import ModelSignature
from mlflow.types import ColSpec, Schema, TensorSpec

from pipeline.evaluation.files import BY_CLASS, CONFUSION, CURVES, METRICS, NEAREST
from pipeline.files.artifacts import read_json
from pipeline.files.cells import FIGURE, GENERATOR, HISTORY, cell_name, sheet_path
from pipeline.gan.networks.build import build_generator
from pipeline.pictures.png import read_png
from pipeline.provenance import cell_key, cell_settings, classifier_key, classifier_settings, training_key
from pipeline.settings.params import Settings
from pipeline.settings.variants import VariantSettings
from pipeline.tracking.diagnosis import GANS
from pipeline.tracking.run import EVALUATION, TRAINING, TRAINING_KEY, Run, Subject, subject, tracked_run

CLASSIFIERS = "digit-classifier"  # MLflow's experiment


@contextmanager
def training_run(settings: Settings, variant: str, seed: int) -> Iterator[Run]:
    """The run of a cell, to be filled while it trains."""
    with tracked_run(GANS, cell_name(variant, seed), TRAINING, lambda: _cell(settings, variant, seed)) as run:
        yield run


@contextmanager
def evaluation_run(settings: Settings, variant: str, seed: int, cell: Path) -> Iterator[Run]:
    """The run of a trained cell, to take its scores; a run that is not there yet gets its training from the files."""
    with tracked_run(GANS, cell_name(variant, seed), EVALUATION, lambda: _cell(settings, variant, seed)) as run:
        if run.is_new:
            run.attempt(lambda *_: _mirror_training(run, cell, settings.gan[variant]))
        yield run


@contextmanager
def classifier_run(settings: Settings) -> Iterator[Run]:
    """The run of the digit classifier."""
    with tracked_run(CLASSIFIERS, settings.download.source, TRAINING, lambda: _classifier(settings)) as run:
        yield run


def mirror_epoch(run: Run, row: dict[str, Any], seconds: float | None = None) -> None:
    """One epoch of a cell: its row of history and, live, its duration."""
    numbers = {name: value for name, value in row.items() if name != "epoch"}
    run.metrics(numbers | {"epoch_seconds": seconds}, row["epoch"])


def mirror_sheet(run: Run, epoch: int, sheet: np.ndarray) -> None:
    """A cell's sample sheet after so many epochs."""
    run.image("samples", sheet, epoch)


def mirror_trained(run: Run, cell: Path, variant: VariantSettings) -> None:
    """The end of a cell's training: status, the question's figure, and the generator, ready to be served."""
    run.tags({"status": read_json(cell / HISTORY)["status"]})
    run.file(cell / FIGURE)
    run.attempt(lambda _, run_id: _log_generator(run_id, cell, variant))


def mirror_evaluation(run: Run, evaluation: Path) -> None:
    """A cell's scores, those of its sample sheets by epoch, and what the evaluation shows."""
    run.metrics({name: value for name, value in read_json(evaluation / METRICS).items() if name not in ("seed", "samples")}, 0)
    for row in read_json(evaluation / CURVES)["epochs"]:
        run.metrics({f"sheet_{name}": value for name, value in row.items() if name != "epoch"}, row["epoch"])
    for name in (METRICS, CONFUSION, BY_CLASS, NEAREST):
        run.file(evaluation / name)


def mirror_classifier(run: Run, report: Path, history: Path) -> None:
    """The classifier's losses by epoch, its accuracy and its confusion matrix."""
    told, rows = read_json(report), read_json(history)["epochs"]
    for row in rows:
        run.metrics({name: value for name, value in row.items() if name != "epoch"}, row["epoch"])
    run.metrics({"test_accuracy": told["accuracy"]}, len(rows))
    run.tags({"sha256": told["sha256"]})
    run.file(report)
    run.file(history)


def _mirror_training(run: Run, cell: Path, variant: VariantSettings) -> None:
    rows = read_json(cell / HISTORY)["epochs"]
    for row in rows:
        mirror_epoch(run, row)
    for epoch in range(len(rows) + 1):
        mirror_sheet(run, epoch, read_png(cell / sheet_path(epoch)))
    mirror_trained(run, cell, variant)
    run.tags({TRAINING: "complete"})


def _cell(settings: Settings, variant: str, seed: int) -> Subject:
    cell = subject(settings, cell_key(settings, variant, seed), cell_settings(settings, variant, seed))
    cell.tags[TRAINING_KEY] = training_key(settings, variant, seed)
    return cell


def _classifier(settings: Settings) -> Subject:
    return subject(settings, classifier_key(settings), classifier_settings(settings))


def _log_generator(run_id: str, cell: Path, variant: VariantSettings) -> None:
    generator = build_generator(variant)
    generator.load_weights(cell / GENERATOR)
    inputs: list[ColSpec | TensorSpec] = [
        TensorSpec(np.dtype(tensor.dtype), (-1, *tensor.shape[1:]), name) for name, tensor in generator.input.items()
    ]
    output = TensorSpec(np.dtype("float32"), (-1, *generator.output_shape[1:]))
    with mlflow.start_run(run_id=run_id):
        mlflow.keras.log_model(
            generator,
            name="generator",
            signature=ModelSignature(Schema(inputs), Schema([output])),
            pip_requirements=[f"{package.__name__}=={package.__version__}" for package in (keras, tf, mlflow)],
        )
