"""How scores depend on the number of samples: those of one generator and of real training images, from 1 000 to 50 000, in bias.json.

    python -m benchmarks.bias modern

Run by hand, after `dvc repro`; ten minutes on two cores.
"""

import sys
from pathlib import Path

from pipeline.runtime import pin_runtime

# isort: split
import numpy as np

from pipeline.classifier.network import load_classifier, read_images
from pipeline.data.digits import CLASSES, load_digits
from pipeline.evaluation.samples import draw_samples
from pipeline.files.artifacts import read_json, write_json
from pipeline.files.errors import one_line_errors
from pipeline.metrics.frechet import frechet_distance
from pipeline.metrics.kernel import kernel_distance
from pipeline.metrics.neighbours import neighbour_scores
from pipeline.settings.params import Settings, load_settings

BIAS = Path("benchmarks/bias.json")
COUNTS = (1_000, 2_000, 5_000, 10_000, 20_000, 50_000)
DATA, CLASSIFIER, REFERENCE = Path("artifacts/data"), Path("artifacts/classifier"), Path("artifacts/reference")


def bias(settings: Settings, variant: str) -> dict:
    """A row of scores per number of images, of the first seed's generator and of training images."""
    classifier = load_classifier(CLASSIFIER / "classifier.weights.h5", settings.classifier.width)
    labels = np.arange(max(COUNTS), dtype=np.int32) % CLASSES
    cell = Path("artifacts/gan") / f"{variant}-{settings.run.seeds[0]}"
    images = {
        variant: draw_samples(cell, settings.gan[variant], labels, settings.evaluate.seed),
        "real digits": load_digits(DATA / "train.npz").images[: max(COUNTS)],
    }
    with np.load(REFERENCE / "features.npz") as file:
        real = file["features"]
    rows = []
    for name, drawn in images.items():
        features = read_images(classifier, drawn).features
        for count in COUNTS:
            part = features[:count]
            neighbours = neighbour_scores(real, part, settings.evaluate.neighbours)._asdict()
            distances = {"frechet_distance": frechet_distance(real, part), "kernel_distance": kernel_distance(real, part)}
            rows.append({"images_of": name, "images": count} | distances | neighbours)
            print(rows[-1], flush=True)
    return {"held_against": len(real), "rows": rows} | {name: read_json(REFERENCE / "floors.json")[name] for name in ("classifier_sha256", "split")}


if __name__ == "__main__":
    with one_line_errors():
        settings = load_settings()
        pin_runtime(settings.run.threads)
        write_json(BIAS, bias(settings, sys.argv[1]))
