"""Where the time of one evaluation goes: seconds of each part and of the whole command, the median of three rounds, in evaluation_time.json.

    python -m benchmarks.evaluation_time modern

Run by hand after `dvc repro`, in the project's folder.
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

from benchmarks.machine import machine
from pipeline.classifier.network import classify_images, load_classifier
from pipeline.data.digits import CLASSES
from pipeline.evaluation.curves import sheet_curves
from pipeline.evaluation.samples import draw_samples
from pipeline.files.artifacts import write_json
from pipeline.files.cells import SAMPLE_ARRAYS, Cell
from pipeline.files.errors import one_line_errors
from pipeline.gan.networks.build import is_conditional
from pipeline.metrics.diversity import within_class_diversity
from pipeline.metrics.frechet import frechet_distance
from pipeline.metrics.kernel import kernel_distance
from pipeline.metrics.memorisation import nearest_distances
from pipeline.metrics.neighbours import neighbour_scores
from pipeline.metrics.samples import Reference, Samples
from pipeline.metrics.scores import score_spread
from pipeline.settings.params import Settings, load_settings
from pipeline.stages.evaluate import Paths

TIMES = Path("benchmarks/evaluation_time.json")
ROUNDS = 3
DATA, CLASSIFIER, REFERENCE = Path("artifacts/data"), Path("artifacts/classifier/classifier.weights.h5"), Path("artifacts/reference")


def parts(settings: Settings, variant: str) -> dict[str, Callable[[], Any]]:
    """What an evaluation of the variant's first seed does, by name."""
    folder, gan, k = _first_folder(settings, variant), settings.gan[variant], settings.evaluate.neighbours
    classifier = load_classifier(CLASSIFIER, settings.classifier.width)
    labels = np.arange(settings.evaluate.samples, dtype=np.int32) % CLASSES
    images = draw_samples(folder, gan, labels, settings.evaluate.seed)
    output, sheets = classify_images(classifier, images), np.load(folder / SAMPLE_ARRAYS)
    with np.load(REFERENCE / "features.npz") as file:
        real, training = Reference(file["features"], file["labels"], file["nearest"]), file["training"]
    requested = labels if is_conditional(gan) else None
    samples = Samples(output.features, output.probabilities, requested, nearest_distances(output.features, training)[0])
    return {
        "samples drawn": lambda: draw_samples(folder, gan, labels, settings.evaluate.seed),
        "samples classified": lambda: classify_images(classifier, images),
        "nearest training images": lambda: nearest_distances(output.features, training),
        "Fréchet distance": lambda: frechet_distance(real.features, output.features),
        "kernel distance": lambda: kernel_distance(real.features, output.features),
        "precision, recall, density, coverage": lambda: neighbour_scores(real.features, output.features, k),
        "diversity within classes": lambda: within_class_diversity(output.features, output.predicted, real.features, real.labels),
        "spread over subsets": lambda: score_spread(samples, real, k, settings.evaluate.subsets),
        "sample sheets scored": lambda: sheet_curves(classifier, sheets, settings.evaluate.curve_points, is_conditional(gan)),
    }


def whole_command(settings: Settings, variant: str) -> None:
    """Run the stage as DVC runs it, its tracking included, but into a folder that is removed."""
    with tempfile.TemporaryDirectory() as folder:
        paths = Paths(
            gan=_first_folder(settings, variant),
            train=DATA / "train.npz",
            split=DATA / f"{settings.evaluate.split}.npz",
            classifier=CLASSIFIER,
            features=REFERENCE / "features.npz",
            real_reference=REFERENCE / "real_reference.json",
            evaluation=Path(folder) / "evaluation",
            metrics=Path(folder) / "metrics.json",
        )
        command = [sys.executable, "-m", "pipeline.stages.evaluate", variant, str(settings.run.seeds[0]), *map(str, paths)]
        subprocess.run(command, check=True)


def measure(settings: Settings, variant: str, rounds: int) -> dict[str, float]:
    """Seconds of each part and of the whole, name -> median of some rounds."""
    whole = {"the whole command, start included": lambda: whole_command(settings, variant)}
    return {name: _median_seconds(work, rounds) for name, work in (parts(settings, variant) | whole).items()}


def _first_folder(settings: Settings, variant: str) -> Path:
    return Path("artifacts/gan") / Cell(variant, settings.run.seeds[0]).name


def _median_seconds(work: Callable[[], Any], rounds: int) -> float:
    def once() -> float:
        started = time.perf_counter()
        work()
        return time.perf_counter() - started

    return round(statistics.median(once() for _ in range(rounds)), 2)


if __name__ == "__main__":
    with one_line_errors():
        variant, settings = sys.argv[1], load_settings()
        pin_runtime(settings.run.threads)
        seconds = measure(settings, variant, ROUNDS)
        write_json(TIMES, {"seconds": seconds, "machine": machine(), "variant": variant})
        print("\n".join(f"| {name} | {value:.1f} |" for name, value in seconds.items()))
