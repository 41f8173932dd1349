"""`python -m benchmarks.quality.scores SAMPLES`: the Fréchet distance of a file of images, as the stage `evaluate` computes it, on the last line."""

import sys
from pathlib import Path

from pipeline.runtime import pin_runtime

# isort: split
import numpy as np

from pipeline.classifier.network import classify_images, load_classifier
from pipeline.evaluation.files import FEATURES
from pipeline.files.arrays import read_arrays
from pipeline.metrics.frechet import frechet_distance
from pipeline.settings.params import load_settings

CLASSIFIER, REFERENCE = Path("artifacts/classifier/classifier.weights.h5"), Path("artifacts/reference/features.npz")

if __name__ == "__main__":
    settings = load_settings()
    pin_runtime(settings.run.threads)
    features = classify_images(load_classifier(CLASSIFIER, settings.classifier.width), np.load(sys.argv[1])).features
    print(frechet_distance(read_arrays(REFERENCE, FEATURES)["features"], features))
