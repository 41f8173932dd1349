"""Compute once what every score needs from real data: reads the splits and the classifier, writes test features and floors.

The floors are the scores of real training images in the samples' place: what no generator can be expected to beat.
"""

import sys
from pathlib import Path

from pipeline.runtime import pin_runtime

# isort: split
import numpy as np

from pipeline.artifacts import read_json, staged_file, write_json
from pipeline.data import load_digits
from pipeline.errors import DataError, one_line_errors
from pipeline.features import load_classifier, read_images
from pipeline.metrics.classes import classifier_score
from pipeline.metrics.frechet import frechet_distance
from pipeline.params import Settings, load_settings


def reference(train: Path, test: Path, weights: Path, report: Path, features: Path, floors: Path, settings: Settings) -> None:
    """Write the test split's features with the labels that samples are asked for, and the floors."""
    classifier = load_classifier(weights, settings.classifier.width)
    real, stand_ins = load_digits(test), load_digits(train)
    count = min(settings.evaluate.samples, len(stand_ins.labels))
    told = read_json(report)
    if not real.name == stand_ins.name == told["data_set"]:
        raise DataError(f"{report}: expected a classifier of {real.name}, received one of {told['data_set']}; run `dvc repro classifier`")
    read_real, read_stand_ins = read_images(classifier, real.images), read_images(classifier, stand_ins.images[:count])
    with staged_file(features) as partial:
        np.savez(partial, features=read_real.features.astype(np.float32), labels=stand_ins.labels[:count])
    write_json(
        floors,
        {
            "data_set": real.name,
            "classifier_accuracy": told["accuracy"],
            "classifier_sha256": told["sha256"],
            "samples_real": count,
            "frechet_distance_real": frechet_distance(read_real.features, read_stand_ins.features),
            "classifier_score_real": classifier_score(read_real.probabilities),
        },
    )


if __name__ == "__main__":
    with one_line_errors():
        train, test, weights, report, features, floors = map(Path, sys.argv[1:])
        settings = load_settings()
        pin_runtime(settings.run.threads)
        reference(train, test, weights, report, features, floors, settings)
