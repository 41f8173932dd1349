"""Compute once what every score needs from real data: reads the splits and the classifier, writes features, floors and ceilings.

The floors are the scores of real training images in the samples' place, what no generator can be expected to beat; the ceilings are
those of noise, of the mean image and of one digit repeated.
"""

import sys
from pathlib import Path
from typing import Any

from pipeline.runtime import pin_runtime

# isort: split
import numpy as np

from pipeline.classifier.network import FEATURE_LAYER, load_classifier, read_images
from pipeline.data.digits import Bytes, Digits, load_digits
from pipeline.files.artifacts import read_json, staged_file, write_json
from pipeline.files.errors import DataError, one_line_errors
from pipeline.metrics.memorisation import nearest_distances
from pipeline.metrics.scores import Reference, Samples, score_samples
from pipeline.pictures.grids import by_class
from pipeline.pictures.png import write_png
from pipeline.settings.params import Settings, load_settings


def reference(
    train: Path, split: Path, weights: Path, report: Path, features: Path, floors: Path, ceilings: Path, picture: Path, settings: Settings
) -> None:
    """Write features of both splits, what real images get, what worthless ones get, and a picture of real digits by class."""
    real, training, told = load_digits(split), load_digits(train), read_json(report)
    _check_classifier(report, told, real, training, settings.evaluate.minimum_accuracy)
    classifier = load_classifier(weights, settings.classifier.width)
    count = min(settings.evaluate.samples, len(training.labels))
    seen, seen_features = read_images(classifier, real.images), read_images(classifier, training.images).features
    held_against = Reference(seen.features, real.labels, nearest_distances(seen.features, seen_features)[0])

    def scores_of(images: Bytes, labels: np.ndarray | None) -> dict[str, Any]:
        reading = read_images(classifier, images)
        among = labels is not None
        nearest, _ = nearest_distances(reading.features, seen_features, among)
        return score_samples(Samples(reading, labels, nearest), held_against, settings.evaluate.neighbours)

    scores = scores_of(training.images[:count], training.labels[:count])
    about = {
        "data_set": real.name,
        "split": settings.evaluate.split,
        "samples": count,
        "feature_layer": FEATURE_LAYER,
        "classifier_accuracy": told["accuracy"],
        "classifier_sha256": told["sha256"],
    }
    with staged_file(features) as partial:
        # The classifier computes in float32, so nothing is rounded here.
        training_features = seen_features.astype(np.float32)
        np.savez(partial, features=held_against.features, labels=real.labels, nearest=held_against.nearest, training=training_features)
    write_json(ceilings, {name: scores_of(images, None) for name, images in _worthless(training, count).items()})
    write_png(picture, by_class(real.images, real.labels))
    write_json(floors, about | {f"{name}_real": value for name, value in scores.items()})


def _check_classifier(report: Path, told: dict[str, Any], real: Digits, training: Digits, minimum_accuracy: float) -> None:
    if not real.name == training.name == told["data_set"]:
        raise DataError(f"{report}: expected a classifier of {real.name}, received one of {told['data_set']}; run `dvc repro classifier`")
    if told["accuracy"] < minimum_accuracy:
        raise DataError(
            f"{report}: expected a classifier that reads evaluate.minimum_accuracy ({minimum_accuracy:.2%}) of the test digits, "
            f"received one that reads {told['accuracy']:.2%}; its scores would say little: raise classifier.epochs or classifier.width"
        )


def _worthless(training: Digits, count: int) -> dict[str, Bytes]:
    """What scores must call bad, (count, 28, 28) each."""
    shape = (count, *training.images.shape[1:])
    mean = training.images.mean(axis=0).round().astype(np.uint8)
    return {
        "uniform noise": np.random.default_rng(0).integers(0, 256, shape, np.uint8),
        "mean image": np.broadcast_to(mean, shape),
        "one digit": np.broadcast_to(training.images[0], shape),
    }


if __name__ == "__main__":
    with one_line_errors():
        train, split, weights, report, features, floors, ceilings, picture = map(Path, sys.argv[1:])
        settings = load_settings()
        pin_runtime(settings.run.threads)
        reference(train, split, weights, report, features, floors, ceilings, picture, settings)
