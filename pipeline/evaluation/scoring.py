"""The scores of a cell's samples, and everything that the file of scores says of a cell."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import keras
import numpy as np

from pipeline.classifier.network import classify_images, with_features
from pipeline.classifier.training import train_classifier
from pipeline.data.digits import Bytes, Digits, class_frequencies
from pipeline.data.stacked import as_digits
from pipeline.evaluation.files import FEATURES
from pipeline.evaluation.samples import Drawn
from pipeline.files.arrays import read_arrays
from pipeline.files.cells import Cell
from pipeline.metrics.memorisation import nearest_distances
from pipeline.metrics.modes import mode_scores
from pipeline.metrics.samples import Reference, Samples
from pipeline.metrics.score_names import SCORES
from pipeline.metrics.scores import score_samples, score_spread
from pipeline.settings.params import ClassifierSettings, EvaluateSettings
from pipeline.terminal.progress import Progress


class Scores(NamedTuple):
    """Scores by name, and their standard deviations over subsets of the samples; a name that is missing has no score."""

    values: dict[str, float | None]
    spread: dict[str, float | None]


def score_images(
    images: Bytes, requested: np.ndarray | None, classifier: keras.Model, features: Path, settings: EvaluateSettings, shown: Progress
) -> tuple[Drawn, Scores]:
    """Classify samples and score them against the real images whose features the stage `reference` wrote.

    Args:
        images: the samples, (n, 28, 28).
        requested: the classes requested of the generator, (n,), or None if it is unconditional.
        classifier: as `load_classifier` returns it.
        features: the file of the stage `reference`.
        settings: the section `evaluate` of params.yaml.
        shown: receives nine tenths of the progress; the shares of its parts are those of the time that 10 000 samples take.
    """
    output = classify_images(classifier, images)
    shown.advance(0.1, "samples classified")
    known = read_arrays(features, FEATURES)
    real = Reference(known["features"], known["labels"], known["nearest"])
    distances, nearest = nearest_distances(output.features, known["training"])
    shown.advance(0.25, "nearest training images found")
    samples = Samples(output.features, output.probabilities, requested, distances)
    values = score_samples(samples, real, settings.neighbours)
    shown.advance(0.5, "samples scored")
    spread = score_spread(samples, real, settings.neighbours, settings.subsets)
    shown.advance(0.05, "subsets of samples scored")
    return Drawn(images, output.predicted, requested, distances, nearest), Scores(values, spread)


def score_stacked(images: Bytes, training: Digits, classifier: keras.Model, features: Path, count: int, shown: Progress) -> tuple[Drawn, Scores]:
    """Score images of several digits by their modes alone; what is shown of the samples are their first digits, each by itself.

    Args:
        images: the samples, (n, 28, 28, c).
        training: the digits that the GAN was trained on.
        classifier: as `load_classifier` returns it.
        features: the file of the stage `reference`.
        count: how many digits are shown.
        shown: receives nine tenths of the progress.
    """
    digits = as_digits(images)
    output = classify_images(classifier, digits)
    shown.advance(0.6, "their digits classified")
    distances, nearest = nearest_distances(output.features[:count], read_arrays(features, FEATURES)["training"])
    shown.advance(0.3, "nearest training images found")
    values = mode_scores(output.predicted.reshape(len(images), -1), class_frequencies(training))
    return Drawn(digits[:count], output.predicted[:count], None, distances, nearest), Scores(values, {})


def sample_trained_accuracy(drawn: Drawn, real: Digits, settings: ClassifierSettings, callbacks: Sequence[keras.callbacks.Callback]) -> float:
    """Share of real digits that a classifier trained only on samples gets right; its labels are the requested classes, or else the predicted."""
    labels = drawn.predicted if drawn.requested is None else drawn.requested
    classifier, _ = train_classifier(Digits(real.name, drawn.images, labels.astype(np.uint8)), real, settings, callbacks)
    return float((classify_images(with_features(classifier), real.images).predicted == real.labels).mean())


def scores_file(cell: Cell, history: dict[str, Any], real: dict[str, Any], scores: Scores) -> dict[str, Any]:
    """Every number known about a cell's samples; a score that the cell does not have is null.

    Args:
        cell: whose samples these are.
        history: what the stage `train` wrote of the cell.
        real: what the stage `reference` wrote of real images.
        scores: of the samples; empty if the cell diverged.
    """
    empty: dict[str, float | None] = dict.fromkeys(SCORES)
    about = {name: value for name, value in real.items() if name != "scores"}
    own = {"variant": cell.variant, "seed": cell.seed, "status": history["status"], "losses": _losses(history["epochs"])}
    return about | own | {"scores": empty | scores.values, "spread": empty | scores.spread, "real_reference": empty | real["scores"]}


def _losses(epochs: list[dict[str, float | None]]) -> dict[str, float | None]:
    """Both losses of the first and the last epoch."""
    return {f"{name}_{when}": row[name] for name in ("d_loss", "g_loss") for when, row in (("first", epochs[0]), ("last", epochs[-1]))}
