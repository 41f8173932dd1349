"""Where the time of one evaluation goes, in evaluation_time.json: seconds of each part, the median of three rounds, and of the whole command.

    python -m benchmarks.evaluation_time modern

Run by hand, after `dvc repro`.
"""

import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pipeline.runtime import pin_runtime

# isort: split
import numpy as np

from benchmarks.publish import machine
from pipeline.classifier.network import load_classifier, read_images
from pipeline.data.digits import CLASSES
from pipeline.evaluation.samples import draw_samples, sheet_curves
from pipeline.files.artifacts import read_json, write_json
from pipeline.files.cells import HISTORY
from pipeline.files.errors import one_line_errors
from pipeline.metrics.diversity import within_class_diversity
from pipeline.metrics.frechet import frechet_distance
from pipeline.metrics.kernel import kernel_distance
from pipeline.metrics.memorisation import nearest_distances
from pipeline.metrics.neighbours import neighbour_scores
from pipeline.metrics.scores import Reference, Samples, score_spread
from pipeline.settings.params import Settings, load_settings

TIMES = Path("benchmarks/evaluation_time.json")
ROUNDS = 3
DATA, WEIGHTS, REFERENCE = Path("artifacts/data"), Path("artifacts/classifier/classifier.weights.h5"), Path("artifacts/reference")


def parts(settings: Settings, variant: str) -> dict[str, Callable[[], Any]]:
    """What an evaluation does, by name."""
    cell = Path("artifacts/gan") / f"{variant}-{settings.run.seeds[0]}"
    classifier, k = load_classifier(WEIGHTS, settings.classifier.width), settings.evaluate.neighbours
    labels = np.arange(settings.evaluate.samples, dtype=np.int32) % CLASSES
    images = draw_samples(cell, settings.gan[variant], labels, settings.evaluate.seed)
    reading = read_images(classifier, images)
    with np.load(REFERENCE / "features.npz") as file:
        real, training = Reference(file["features"], file["labels"], file["nearest"]), file["training"]
    samples = Samples(reading, labels, real.nearest)
    read, epochs = reading.probabilities.argmax(axis=1), len(read_json(cell / HISTORY)["epochs"])
    return {
        "samples drawn": lambda: draw_samples(cell, settings.gan[variant], labels, settings.evaluate.seed),
        "samples read": lambda: read_images(classifier, images),
        "nearest training images": lambda: nearest_distances(reading.features, training),
        "Fréchet distance": lambda: frechet_distance(real.features, reading.features),
        "kernel distance": lambda: kernel_distance(real.features, reading.features),
        "precision, recall, density, coverage": lambda: neighbour_scores(real.features, reading.features, k),
        "diversity within classes": lambda: within_class_diversity(reading.features, read, real.features, real.labels),
        "spread over subsets": lambda: score_spread(samples, real, k, settings.evaluate.subsets),
        "sample sheets scored": lambda: sheet_curves(classifier, cell, epochs, settings.evaluate.curve_points, True),
    }


def seconds(work: Callable[[], Any]) -> float:
    """The median of some rounds."""

    def once() -> float:
        started = time.perf_counter()
        work()
        return time.perf_counter() - started

    return round(statistics.median(once() for _ in range(ROUNDS)), 2)


def whole(settings: Settings, variant: str) -> None:
    """The command as DVC runs it, into a folder of its own, MLflow's store among the rest."""
    split = DATA / f"{settings.evaluate.split}.npz"
    with tempfile.TemporaryDirectory() as folder:
        inputs = [f"artifacts/gan/{variant}-{settings.run.seeds[0]}", DATA / "train.npz", split, WEIGHTS]
        inputs += [REFERENCE / "features.npz", REFERENCE / "floors.json", Path(folder) / "evaluation"]
        command = [sys.executable, "-m", "pipeline.stages.evaluate", variant, str(settings.run.seeds[0]), *map(str, inputs)]
        subprocess.run(command, check=True)


if __name__ == "__main__":
    with one_line_errors():
        variant, settings = sys.argv[1], load_settings()
        pin_runtime(settings.run.threads)
        measured = {name: seconds(work) for name, work in parts(settings, variant).items()}
        measured["the whole command, start included"] = seconds(lambda: whole(settings, variant))
        write_json(TIMES, {"seconds": measured, "machine": machine(), "variant": variant})
        print("\n".join(f"| {name} | {value:.1f} |" for name, value in measured.items()))
