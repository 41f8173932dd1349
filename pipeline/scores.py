"""Every score of a set of samples, by name: the same for a generator's images and for real images in their place."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.features import Reading
from pipeline.metrics.classes import class_consistency, class_histogram, class_kl, classes_covered, classifier_score, effective_classes
from pipeline.metrics.frechet import frechet_distance
from pipeline.metrics.kernel import kernel_distance
from pipeline.metrics.neighbours import precision, recall

SCORES = (
    *("frechet_distance", "kernel_distance", "precision", "recall"),
    *("classifier_score", "classes_covered", "class_kl", "effective_classes", "class_consistency"),
)


def score_samples(
    reading: Reading,
    asked: NDArray[np.integer] | None,
    real_features: NDArray[np.float64],
    class_frequencies: NDArray[np.float64],
    neighbours: int,
) -> dict[str, Any]:
    """The scores of n samples as the classifier reads them; `asked` (n,) are the classes asked for, if any were.

    `real_features` (m, d) and `class_frequencies` (classes,) are those of the split that samples are held against.
    """
    histogram = class_histogram(reading.probabilities)
    return {
        "frechet_distance": frechet_distance(real_features, reading.features),
        "kernel_distance": kernel_distance(real_features, reading.features),
        "precision": precision(real_features, reading.features, neighbours),
        "recall": recall(real_features, reading.features, neighbours),
        "classifier_score": classifier_score(reading.probabilities),
        "classes_covered": classes_covered(histogram),
        "class_kl": class_kl(histogram, class_frequencies),
        "effective_classes": effective_classes(histogram),
        "class_consistency": None if asked is None else class_consistency(reading.probabilities, asked),
    }
