"""Score one cell: reads its generator, the classifier and the real reference, writes metrics, scores, curves, confusion and pictures.

A cell whose training did not finish has its status and no scores.
"""

import sys
import time
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from pathlib import Path
from typing import NamedTuple

from pipeline.runtime import pin_runtime

# isort: split
import numpy as np

from pipeline.classifier.network import load_classifier
from pipeline.data.digits import CLASSES, load_digits
from pipeline.data.stacked import as_digits
from pipeline.evaluation.curves import sheet_curves
from pipeline.evaluation.files import CURVES, EVALUATION, SCORES, RealReference
from pipeline.evaluation.pictures import write_confusion, write_pictures
from pipeline.evaluation.samples import draw_samples, nothing_drawn
from pipeline.evaluation.scoring import Scores, sample_trained_accuracy, score_images, score_stacked, scores_file
from pipeline.files.artifacts import staged_folder, write_json
from pipeline.files.cells import GENERATOR, HISTORY, SAMPLE_ARRAYS, Cell, History, read_sheets
from pipeline.files.checkpoints import remove_finished
from pipeline.files.errors import DataError, one_line_errors
from pipeline.files.json_file import read_json
from pipeline.files.owner import owner
from pipeline.gan.networks.build import is_conditional
from pipeline.integrity.inputs import check_inputs
from pipeline.metrics.modes import SAMPLES as MODE_SAMPLES
from pipeline.metrics.score_names import HEADLINE_SCORES, MODE_SCORES
from pipeline.settings.params import Settings, load_settings
from pipeline.terminal.closing import closing
from pipeline.terminal.progress import progress
from pipeline.terminal.training import TrainingProgress


class Paths(NamedTuple):
    """Six inputs, the folder that is filled, and the file of headline scores for `dvc metrics`."""

    gan: Path
    train: Path
    split: Path
    classifier: Path
    features: Path
    real_reference: Path
    evaluation: Path
    metrics: Path


def evaluate(paths: Paths, settings: Settings, cell: Cell) -> None:
    """Score the generator of a cell; fill the folder `paths.evaluation`."""
    history, real = read_json(paths.gan / HISTORY, History), read_json(paths.real_reference, RealReference)
    if history["data_set"] != real["data_set"]:
        raise DataError(f"{paths.gan}: expected a GAN of {real['data_set']}, received one of {history['data_set']}; run `dvc repro`")
    gan, classifier = settings.gan[cell.variant], load_classifier(paths.classifier, settings.classifier.width)
    training, stacked = load_digits(paths.train), gan.digits_per_image > 1
    drawn, scores = nothing_drawn(), Scores({}, {})
    if history["status"] == "finished":
        labels = np.arange(MODE_SAMPLES if stacked else real["samples"], dtype=np.int32) % CLASSES
        with progress(cell.name) as shown:
            images = draw_samples(paths.gan, gan, labels, settings.evaluate.seed)
            shown.advance(0.1, f"{len(images)} samples drawn")
            if stacked:
                drawn, scores = score_stacked(images, training, classifier, paths.features, real["samples"], shown)
            else:
                drawn, scores = score_images(images, labels if is_conditional(gan) else None, classifier, paths.features, settings.evaluate, shown)
    if drawn.predicted.size and settings.evaluate.train_on_samples and not stacked:
        with TrainingProgress(f"{cell.name}, a classifier of its samples", dict) as trained:
            accuracy = sample_trained_accuracy(drawn, load_digits(paths.split), settings.classifier, [trained])
        scores.values["sample_trained_accuracy"] = accuracy
    everything = scores_file(cell, history, real | ({"samples": MODE_SAMPLES} if stacked else {}), scores)
    sheets = as_digits(read_sheets(paths.gan)) if stacked else read_sheets(paths.gan)
    with staged_folder(paths.evaluation, EVALUATION) as folder:
        write_json(folder / SCORES, everything)
        write_json(folder / CURVES, sheet_curves(classifier, sheets, settings.evaluate.curve_points, is_conditional(gan)))
        write_confusion(folder, drawn)
        write_pictures(folder, drawn, training.images)
    write_json(
        paths.metrics, {"status": history["status"]} | {name: everything["scores"][name] for name in (MODE_SCORES if stacked else HEADLINE_SCORES)}
    )
    closing(f"wrote {paths.evaluation}: scores, curves by epoch, pictures; and {paths.metrics}", f"dvc repro diagnose@{cell.name}")


if __name__ == "__main__":
    with one_line_errors():
        (variant, seed, *names), settings = sys.argv[1:], load_settings()
        paths, cell, started = Paths(*map(Path, names)), Cell.of(variant, seed), time.time()
        with owner("evaluate", cell.name):
            check_inputs(*(paths.gan / name for name in (GENERATOR, HISTORY, SAMPLE_ARRAYS)), *paths[1:6])
            pin_runtime(settings.run.threads)
            with ThreadPoolExecutor(1) as beside:
                tracking = beside.submit(import_module, "pipeline.tracking.scores")  # MLflow takes two seconds to import: while samples are scored
                evaluate(paths, settings, cell)
            remove_finished("train", cell.name)  # DVC has recorded the training: this stage depends on its outputs
            tracking.result().record_evaluation(settings, cell, paths.gan, paths.evaluation, started)
