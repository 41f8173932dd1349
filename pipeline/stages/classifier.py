"""Train the digit classifier in whose features samples are scored: reads the splits, writes weights, report, history and confusion.

All scores depend on it, so the report carries the sha256 of its weights, and every score names it.
"""

import sys
import time
from pathlib import Path
from typing import NamedTuple

from pipeline.runtime import pin_runtime

# isort: split
import numpy as np

from pipeline.classifier.network import classify_images, with_features
from pipeline.classifier.training import train_classifier
from pipeline.data.digits import CLASSES, load_digits
from pipeline.files.artifacts import file_hash, staged_file, write_json, write_text
from pipeline.files.checkpoints import Checkpoints
from pipeline.files.errors import one_line_errors
from pipeline.files.owner import owner
from pipeline.files.room import save_weights
from pipeline.integrity.inputs import check_inputs
from pipeline.provenance import classifier_checkpoints
from pipeline.settings.params import Settings, load_settings
from pipeline.terminal.closing import closing
from pipeline.terminal.training import TrainingProgress
from pipeline.tracking.classifier import record_classifier
from pipeline.training.resume import Saving


class Paths(NamedTuple):
    """Three splits, which are read, four files, which are written, and the folder of checkpoints, from which a training continues."""

    train: Path
    validation: Path
    test: Path
    weights: Path
    report: Path
    history: Path
    confusion: Path
    checkpoints: Path


def classifier(paths: Paths, settings: Settings) -> None:
    """Train on `paths.train`, measure the accuracy on `paths.validation` after each epoch, and once on `paths.test`."""
    digits, held_out, unseen = map(load_digits, paths[:3])
    with TrainingProgress("classifier", dict) as shown:
        saving = Saving(paths.checkpoints, settings.run.checkpoint_epochs, "classifier")
        model, rows = train_classifier(digits, held_out, settings.classifier, [shown], saving)
    predicted = classify_images(with_features(model), unseen.images).predicted
    counts = np.zeros((CLASSES, CLASSES), int)
    np.add.at(counts, (unseen.labels, predicted), 1)
    with staged_file(paths.weights) as partial:
        save_weights(model, partial)
    lines = (f"{true},{answer}\n" for true, answer in zip(unseen.labels, predicted, strict=True))
    write_text(paths.confusion, "true,predicted\n" + "".join(lines))
    accuracy = float((predicted == unseen.labels).mean())
    confusion = {"true rows, predicted columns": counts.tolist()}
    write_json(paths.history, {"data_set": digits.name, "confusion": confusion, "epochs": rows})
    write_json(paths.report, {"data_set": digits.name, "accuracy": accuracy, "sha256": file_hash(paths.weights, "sha256")})
    Checkpoints(paths.checkpoints).finish("classifier")
    closing(
        f"wrote {paths.weights.parent}: weights that get {accuracy:.2%} of {len(unseen.labels)} test digits of {digits.name} right",
        "dvc repro reference",
    )


if __name__ == "__main__":
    with one_line_errors(), owner("classifier"):
        files, settings = [Path(name) for name in sys.argv[1:]], load_settings()
        check_inputs(*files[:3])
        paths = Paths(*[*files, classifier_checkpoints(settings, *files[:3])])
        pin_runtime(settings.run.threads)
        started = None if paths.checkpoints.is_dir() else time.time()  # how long a training took that continues is not known
        classifier(paths, settings)
        record_classifier(settings, paths.report, paths.history, started)
