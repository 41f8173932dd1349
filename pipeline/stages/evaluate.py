"""Score one cell: reads its generator, the classifier and the reference, writes metrics, curves, what was read, and pictures.

A cell that diverged is a row that says so, with no scores.
"""

import sys
from pathlib import Path
from typing import Any

from pipeline.runtime import pin_runtime

# isort: split
import keras
import numpy as np

from pipeline.classifier.network import load_classifier, read_images
from pipeline.classifier.training import train_classifier
from pipeline.data.digits import CLASSES, Bytes, Digits, load_digits
from pipeline.evaluation.files import CONFUSION, CURVES, METRICS
from pipeline.evaluation.samples import Drawn, draw_samples, nothing_drawn, sheet_curves, write_confusion, write_pictures
from pipeline.files.artifacts import read_json, staged_folder, write_json
from pipeline.files.cells import HISTORY
from pipeline.files.errors import DataError, one_line_errors
from pipeline.gan.networks.build import is_conditional
from pipeline.metrics.memorisation import nearest_distances
from pipeline.metrics.score_names import SCORES
from pipeline.metrics.scores import Reference, Samples, score_samples, score_spread
from pipeline.provenance import cell_key
from pipeline.settings.params import EvaluateSettings, Settings, load_settings
from pipeline.tracking.mirror import evaluation_run, mirror_evaluation
from pipeline.tracking.run import Run

ALL_SCORES = [name + end for name in SCORES for end in ("", "_sd")]


def evaluate(
    cell: Path,
    train: Path,
    split: Path,
    weights: Path,
    features: Path,
    floors: Path,
    evaluation: Path,
    settings: Settings,
    variant: str,
    seed: int,
    key: str,
    run: Run,
) -> None:
    """Score the generator in the folder `cell`; fill the folder `evaluation`."""
    history, real = read_json(cell / HISTORY), read_json(floors)
    if history["data_set"] != real["data_set"]:
        raise DataError(f"{cell}: expected a GAN of {real['data_set']}, received one of {history['data_set']}; run `dvc repro`")
    gan, classifier = settings.gan[variant], load_classifier(weights, settings.classifier.width)
    drawn, scores = nothing_drawn(), dict[str, Any]()
    if history["status"] == "finished":
        labels = np.arange(real["samples"], dtype=np.int32) % CLASSES
        images = draw_samples(cell, gan, labels, settings.evaluate.seed)
        drawn, scores = _score(images, labels if is_conditional(gan) else None, classifier, features, settings.evaluate)
    if drawn.read.size and settings.evaluate.train_on_samples:
        scores["sample_trained_accuracy"] = _sample_trained_accuracy(drawn, load_digits(split), settings)
    about = {"variant": variant, "seed": seed, "status": history["status"], "key": key} | dict.fromkeys(ALL_SCORES) | _losses(history["epochs"])
    with staged_folder(evaluation) as folder:
        write_json(folder / METRICS, about | scores | real)
        write_json(folder / CURVES, sheet_curves(classifier, cell, len(history["epochs"]), settings.evaluate.curve_points, is_conditional(gan)))
        write_confusion(folder / CONFUSION, drawn)
        write_pictures(folder, drawn, load_digits(train).images)
    mirror_evaluation(run, evaluation)


def _score(
    images: Bytes, asked: np.ndarray | None, classifier: keras.Model, features: Path, settings: EvaluateSettings
) -> tuple[Drawn, dict[str, Any]]:
    """What the classifier reads in the samples, and their scores with their spread."""
    reading = read_images(classifier, images)
    with np.load(features) as file:
        real = Reference(file["features"], file["labels"], file["nearest"])
        distances, nearest = nearest_distances(reading.features, file["training"])
    samples = Samples(reading, asked, distances)
    scores = score_samples(samples, real, settings.neighbours) | score_spread(samples, real, settings.neighbours, settings.subsets)
    return Drawn(images, reading.probabilities.argmax(axis=1), asked, distances, nearest), scores


def _losses(epochs: list[dict[str, float | None]]) -> dict[str, float | None]:
    return {f"{name}_{when}": row[name] for name in ("d_loss", "g_loss") for when, row in (("first", epochs[0]), ("last", epochs[-1]))}


def _sample_trained_accuracy(drawn: Drawn, unseen: Digits, settings: Settings) -> float:
    """Share of real digits read rightly by a classifier that was trained on samples alone, of the classes asked for, else of those read."""
    labels = drawn.read if drawn.asked is None else drawn.asked
    model, _ = train_classifier(Digits(unseen.name, drawn.images, labels.astype(np.uint8)), unseen, settings.classifier)
    return float((read_images(model, unseen.images).probabilities.argmax(axis=1) == unseen.labels).mean())


if __name__ == "__main__":
    with one_line_errors():
        variant, seed, *paths = sys.argv[1:]
        cell, train, split, weights, features, floors, evaluation = map(Path, paths)
        settings = load_settings()
        pin_runtime(settings.run.threads)
        with evaluation_run(settings, variant, int(seed), cell) as run:
            key = cell_key(settings, variant, int(seed))
            evaluate(cell, train, split, weights, features, floors, evaluation, settings, variant, int(seed), key, run)
