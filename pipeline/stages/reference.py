"""Compute once what every score needs of real data: reads the splits and the classifier, writes features, reference scores and a picture.

The real reference is the scores of real training images in the place of samples: no generator can be expected to do better. The negative
controls are the scores of images that no generator should draw: noise, the mean image, one digit repeated.
"""

import sys
from pathlib import Path
from typing import Any, NamedTuple

from pipeline.runtime import pin_runtime

# isort: split
import numpy as np

from pipeline.classifier.files import Report
from pipeline.classifier.network import FEATURE_LAYER, classify_images, load_classifier
from pipeline.data.digits import Bytes, Digits, class_frequencies, load_digits
from pipeline.data.stacked import DIGITS
from pipeline.files.artifacts import staged_file, write_json
from pipeline.files.checkpoints import remove_finished
from pipeline.files.errors import DataError, one_line_errors
from pipeline.files.json_file import read_json
from pipeline.files.owner import owner
from pipeline.integrity.inputs import check_inputs
from pipeline.metrics import modes
from pipeline.metrics.memorisation import nearest_distances
from pipeline.metrics.samples import Reference, Samples
from pipeline.metrics.scores import score_samples
from pipeline.pictures.grids import by_class
from pipeline.pictures.png import write_png
from pipeline.settings.params import Settings, load_settings
from pipeline.terminal.closing import closing
from pipeline.terminal.progress import progress

PART = 1 / 5  # of the work: the features, three negative controls and the real reference take about as long each


class Paths(NamedTuple):
    """Four inputs, and four files that are written."""

    train: Path
    split: Path
    classifier: Path
    report: Path
    features: Path
    real_reference: Path
    negative_controls: Path
    picture: Path


def reference(paths: Paths, settings: Settings) -> None:
    """Write features of both splits, scores of real images and of negative controls, and a picture of real digits by class."""
    real, training, report = load_digits(paths.split), load_digits(paths.train), read_json(paths.report, Report)
    _check_classifier(paths.report, report, real, training, settings.evaluate.minimum_accuracy)
    classifier = load_classifier(paths.classifier, settings.classifier.width)
    count = min(settings.evaluate.samples, len(training.labels))

    def scores_of(images: Bytes, labels: np.ndarray | None, name: str) -> dict[str, float | None]:
        output = classify_images(classifier, images)
        among = labels is not None  # labelled images are training images: the nearest is another one
        nearest, _ = nearest_distances(output.features, training_features, among)
        scores = score_samples(Samples(output.features, output.probabilities, labels, nearest), compared_with, settings.evaluate.neighbours)
        shown.advance(PART, f"{name} scored")
        return scores

    with progress("reference") as shown:
        known = classify_images(classifier, training.images)
        real_features, training_features = classify_images(classifier, real.images).features, known.features
        compared_with = Reference(real_features, real.labels, nearest_distances(real_features, training_features)[0])
        shown.advance(PART, "features computed")
        controls = {name: scores_of(images, None, name) for name, images in _negative_controls(training, count).items()}
        real_scores = scores_of(training.images[:count], training.labels[:count], "real digits") | _real_modes(known.predicted, training)
    about = {
        "data_set": real.name,
        "split": settings.evaluate.split,
        "samples": count,
        "feature_layer": FEATURE_LAYER,
        "classifier_accuracy": report["accuracy"],
        "classifier_sha256": report["sha256"],
    }
    with staged_file(paths.features) as partial:
        # The classifier computes in float32, so nothing is rounded here.
        rounded = training_features.astype(np.float32)
        np.savez(partial, features=real_features, labels=real.labels, nearest=compared_with.nearest, training=rounded)
    write_json(paths.negative_controls, controls)
    write_png(paths.picture, by_class(real.images, real.labels))
    write_json(paths.real_reference, about | {"scores": real_scores})
    closing(
        f"wrote {paths.real_reference.parent}: features and scores of real digits, scores of {len(controls)} negative controls", "dvc repro train"
    )


def _check_classifier(path: Path, report: dict[str, Any], real: Digits, training: Digits, minimum_accuracy: float) -> None:
    if not real.name == training.name == report["data_set"]:
        raise DataError(f"{path}: expected a classifier of {real.name}, received one of {report['data_set']}; run `dvc repro classifier`")
    if report["accuracy"] < minimum_accuracy:
        raise DataError(
            f"{path}: expected a classifier that gets evaluate.minimum_accuracy ({minimum_accuracy:.2%}) of the test digits right, "
            f"received one that gets {report['accuracy']:.2%} right; its scores would say little: raise classifier.epochs or classifier.width"
        )


def _real_modes(predicted: np.ndarray, training: Digits) -> dict[str, float | None]:
    """The scores of images of three training digits in the place of samples."""
    chosen = np.random.default_rng(0).integers(0, len(predicted), (modes.SAMPLES, DIGITS))
    return modes.mode_scores(predicted[chosen], class_frequencies(training))


def _negative_controls(training: Digits, count: int) -> dict[str, Bytes]:
    """Images that must score badly, (count, 28, 28) each."""
    shape = (count, *training.images.shape[1:])
    mean = training.images.mean(axis=0).round().astype(np.uint8)
    return {
        "uniform noise": np.random.default_rng(0).integers(0, 256, shape, np.uint8),
        "mean image": np.broadcast_to(mean, shape),
        "one digit": np.broadcast_to(training.images[0], shape),
    }


if __name__ == "__main__":
    with one_line_errors(), owner("reference"):
        paths, settings = Paths(*map(Path, sys.argv[1:])), load_settings()
        check_inputs(*paths[:4])
        pin_runtime(settings.run.threads)
        reference(paths, settings)
        remove_finished("classifier")  # DVC has recorded the classifier: this stage depends on it
