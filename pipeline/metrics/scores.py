"""Every score of a set of samples, by name, and its spread: the same for a generator's images and for others in their place."""

from typing import Any, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from pipeline.classifier.output import Reading
from pipeline.metrics.classes import class_consistency, class_histogram, class_kl, classes_covered, classifier_score, effective_classes
from pipeline.metrics.diversity import within_class_diversity
from pipeline.metrics.frechet import frechet_distance
from pipeline.metrics.kernel import kernel_distance
from pipeline.metrics.memorisation import memorised_share
from pipeline.metrics.neighbours import neighbour_scores


class Samples(NamedTuple):
    """n images to be scored."""

    reading: Reading
    asked: NDArray[np.integer] | None  # (n,) the classes asked for, if any were
    nearest: NDArray[np.float64]  # (n,) distances to the nearest training image, in feature space

    def part(self, rows: slice) -> Self:
        """Some of them."""
        asked = None if self.asked is None else self.asked[rows]
        return type(self)(Reading(*(values[rows] for values in self.reading)), asked, self.nearest[rows])


class Reference(NamedTuple):
    """m real images that the GANs have not seen: what samples are held against."""

    features: NDArray[np.float64]  # (m, d)
    labels: NDArray[np.integer]  # (m,)
    nearest: NDArray[np.float64]  # (m,) distances to the nearest training image

    def part(self, rows: NDArray[np.integer]) -> Self:
        """Some of them."""
        return type(self)(self.features[rows], self.labels[rows], self.nearest[rows])


def score_samples(samples: Samples, real: Reference, neighbours: int) -> dict[str, Any]:
    """The scores of samples, name -> number; no consistency if no classes were asked for."""
    features, probabilities = samples.reading
    histogram = class_histogram(probabilities)
    frequencies = np.bincount(real.labels, minlength=len(histogram)) / len(real.labels)
    return {
        "frechet_distance": frechet_distance(real.features, features),
        "kernel_distance": kernel_distance(real.features, features),
        **neighbour_scores(real.features, features, neighbours)._asdict(),
        "classifier_score": classifier_score(probabilities),
        "classes_covered": classes_covered(histogram),
        "class_kl": class_kl(histogram, frequencies),
        "effective_classes": effective_classes(histogram),
        "class_consistency": None if samples.asked is None else class_consistency(probabilities, samples.asked),
        "within_class_diversity": within_class_diversity(features, probabilities.argmax(axis=1), real.features, real.labels),
        "memorised_share": memorised_share(samples.nearest, real.nearest),
    }


def score_spread(samples: Samples, real: Reference, neighbours: int, subsets: int) -> dict[str, float | None]:
    """The standard deviation of each score, as NAME_sd, over disjoint subsets of the samples.

    Each is held against a subset of the real images of its own. Nothing where a subset would have no more images than there are features.
    Subsets of samples are runs of them, in which classes asked for in turn are equally frequent; those of real images are drawn, for the MNIST
    test set begins with its easier half.
    """
    size = min(len(samples.nearest), len(real.nearest)) // subsets
    if size <= real.features.shape[1]:
        return {}
    drawn = np.random.default_rng(0).permutation(len(real.nearest))
    runs = [slice(i * size, (i + 1) * size) for i in range(subsets)]
    scores = [score_samples(samples.part(run), real.part(drawn[run]), neighbours) for run in runs]
    return {f"{name}_sd": None if scores[0][name] is None else float(np.std([of[name] for of in scores], ddof=1)) for name in scores[0]}
