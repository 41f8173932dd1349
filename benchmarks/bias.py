"""How scores depend on the number of images: those of one generator's samples and of real training images, from 1 000 to 50 000, in bias.json.

    python -m benchmarks.bias modern

Run by hand after `dvc repro`, in the project's folder; it takes ten minutes on two cores.
"""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pipeline.runtime import pin_runtime

# isort: split
import numpy as np

from pipeline.classifier.network import classify_images, load_classifier
from pipeline.data.digits import CLASSES, load_digits
from pipeline.evaluation.samples import draw_samples
from pipeline.files.artifacts import write_json
from pipeline.files.cells import Cell
from pipeline.files.errors import one_line_errors
from pipeline.files.json_file import read_json
from pipeline.metrics.frechet import frechet_distance
from pipeline.metrics.kernel import kernel_distance
from pipeline.metrics.neighbours import neighbour_scores
from pipeline.settings.params import Settings, load_settings

BIAS = Path("benchmarks/bias.json")
COUNTS = (1_000, 2_000, 5_000, 10_000, 20_000, 50_000)
TRAIN, CLASSIFIER = Path("artifacts/data/train.npz"), Path("artifacts/classifier/classifier.weights.h5")
FEATURES, REAL_REFERENCE = Path("artifacts/reference/features.npz"), Path("artifacts/reference/real_reference.json")


def bias(settings: Settings, variant: str, counts: Sequence[int]) -> dict[str, Any]:
    """Score the first `counts` samples of the variant's first seed, and as many training images, against the same real images."""
    classifier = load_classifier(CLASSIFIER, settings.classifier.width)
    labels = np.arange(max(counts), dtype=np.int32) % CLASSES
    folder = Path("artifacts/gan") / Cell(variant, settings.run.seeds[0]).name
    images = {
        variant: draw_samples(folder, settings.gan[variant], labels, settings.evaluate.seed),
        "real digits": load_digits(TRAIN).images[: max(counts)],
    }
    with np.load(FEATURES) as file:
        real = file["features"]
    rows = []
    for name, pictures in images.items():
        features = classify_images(classifier, pictures).features
        for count in counts:
            part = features[:count]
            neighbours = neighbour_scores(real, part, settings.evaluate.neighbours)._asdict()
            distances = {"frechet_distance": frechet_distance(real, part), "kernel_distance": kernel_distance(real, part)}
            rows.append({"images_of": name, "images": count} | distances | neighbours)
            print(rows[-1], flush=True)
    about = read_json(REAL_REFERENCE)
    return {"real_images": len(real), "rows": rows} | {name: about[name] for name in ("classifier_sha256", "split")}


if __name__ == "__main__":
    with one_line_errors():
        settings = load_settings()
        pin_runtime(settings.run.threads)
        write_json(BIAS, bias(settings, sys.argv[1], COUNTS))
