"""Compute once what every score needs from real data: reads the splits and the classifier, writes features and floors.

The floors are the scores of real training images in the samples' place: what no generator can be expected to beat.
"""

import sys
from pathlib import Path

from pipeline.runtime import pin_runtime

# isort: split
import numpy as np

from pipeline.artifacts import read_json, staged_file, write_json
from pipeline.data import CLASSES, load_digits
from pipeline.errors import DataError, one_line_errors
from pipeline.features import FEATURE_LAYER, load_classifier, read_images
from pipeline.params import Settings, load_settings
from pipeline.scores import score_samples


def reference(train: Path, split: Path, weights: Path, report: Path, features: Path, floors: Path, settings: Settings) -> None:
    """Write features and class frequencies of the split that samples are held against, and the floors."""
    classifier = load_classifier(weights, settings.classifier.width)
    real, stand_ins = load_digits(split), load_digits(train)
    told = read_json(report)
    if not real.name == stand_ins.name == told["data_set"]:
        raise DataError(f"{report}: expected a classifier of {real.name}, received one of {told['data_set']}; run `dvc repro classifier`")
    count = min(settings.evaluate.samples, len(stand_ins.labels))
    real_features = read_images(classifier, real.images).features
    frequencies = np.bincount(real.labels, minlength=CLASSES) / len(real.labels)
    reading, labels = read_images(classifier, stand_ins.images[:count]), stand_ins.labels[:count]
    scores = score_samples(reading, labels, real_features, frequencies, settings.evaluate.neighbours)
    with staged_file(features) as partial:
        np.savez(partial, features=real_features, frequencies=frequencies)
    about = {
        "data_set": real.name,
        "split": settings.evaluate.split,
        "samples": count,
        "feature_layer": FEATURE_LAYER,
        "classifier_accuracy": told["accuracy"],
        "classifier_sha256": told["sha256"],
    }
    write_json(floors, about | {f"{name}_real": value for name, value in scores.items()})


if __name__ == "__main__":
    with one_line_errors():
        train, split, weights, report, features, floors = map(Path, sys.argv[1:])
        settings = load_settings()
        pin_runtime(settings.run.threads)
        reference(train, split, weights, report, features, floors, settings)
