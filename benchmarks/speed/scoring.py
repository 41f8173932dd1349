"""`python -m benchmarks.speed.scoring FEATURES SAMPLES`: seconds and peak memory of the scores of so many samples, as JSON on the last line.

`make_features` writes the file: features of samples of `modern`, of the real images and of the training images.
"""

import json
import resource
import sys
import time
from pathlib import Path

from pipeline.runtime import pin_runtime

# isort: split
import numpy as np

from pipeline.classifier.network import classify_images, load_classifier
from pipeline.data.digits import CLASSES
from pipeline.evaluation.files import FEATURES
from pipeline.evaluation.samples import draw_samples
from pipeline.files.arrays import read_arrays
from pipeline.files.cells import Cell
from pipeline.metrics.frechet import frechet_distance
from pipeline.metrics.kernel import kernel_distance
from pipeline.metrics.memorisation import nearest_distances
from pipeline.metrics.neighbours import neighbour_scores
from pipeline.settings.params import load_settings

VARIANT, MOST = "modern", 50_000
CLASSIFIER, REFERENCE = Path("artifacts/classifier/classifier.weights.h5"), Path("artifacts/reference/features.npz")


def make_features(path: Path) -> None:
    """Write the features of as many samples as are ever scored, beside those of the stage `reference`."""
    settings = load_settings()
    cell = Cell(VARIANT, settings.run.seeds[0])
    labels = np.arange(MOST, dtype=np.int32) % CLASSES
    images = draw_samples(Path("artifacts/gan") / cell.name, settings.gan[VARIANT], labels, settings.evaluate.seed)
    known = read_arrays(REFERENCE, FEATURES)
    samples = classify_images(load_classifier(CLASSIFIER, settings.classifier.width), images).features
    np.savez(path, samples=samples, real=known["features"], training=known["training"])


if __name__ == "__main__":
    settings = load_settings()
    pin_runtime(settings.run.threads)
    with np.load(sys.argv[1]) as file:
        samples, real, training = file["samples"][: int(sys.argv[2])], file["real"], file["training"]
    began = time.perf_counter()
    frechet_distance(real, samples)
    kernel_distance(real, samples)
    neighbour_scores(real, samples, settings.evaluate.neighbours)
    nearest_distances(samples, training)
    seconds = time.perf_counter() - began
    print(json.dumps({"seconds": seconds, "megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}))
