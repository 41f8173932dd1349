"""Every score of a set of samples, by name, and its spread: the same for a generator's images and for real images in their place."""

import numpy as np

from pipeline.metrics.samples import Comparison, Reference, Samples
from pipeline.metrics.score_names import SCORES


def score_samples(samples: Samples, real: Reference, neighbours: int) -> dict[str, float | None]:
    """Compute every score of samples by name.

    Args:
        samples: the images that are scored; more of them than they have features.
        real: the real images that they are compared with; at least one of each class.
        neighbours: k of precision, recall, density and coverage; 1 or more, fewer than there are images.

    Returns:
        name -> score, for every entry of `SCORES` that has a function. `class_consistency` is None if no classes were requested.

    Raises:
        MetricError: if an array has another shape, holds a number that is not finite, or has too few rows.

    >>> random, labels = np.random.default_rng(0), np.arange(200) % 10
    >>> features = random.normal(size=(200, 8)) + labels[:, np.newaxis]
    >>> real = Reference(features, labels, nearest=random.uniform(1, 2, 200))
    >>> copies = Samples(features, np.eye(10)[labels], labels, nearest=np.zeros(200))
    >>> scores = score_samples(copies, real, neighbours=3)
    >>> round(abs(scores["frechet_distance"]), 6), scores["precision"], round(scores["classifier_score"], 6), scores["memorised_share"]
    (0.0, 1.0, 10.0, 1.0)
    """
    comparison = Comparison(samples, real, neighbours)
    return {name: score.compute(comparison) for name, score in SCORES.items() if score.compute}


def score_spread(samples: Samples, real: Reference, neighbours: int, subsets: int) -> dict[str, float | None]:
    """The standard deviation of each score over disjoint subsets of the samples, each compared with its own subset of the real images.

    Subsets of samples are consecutive rows, in which the requested classes are equally frequent. Subsets of real images are drawn at random,
    because the MNIST test set begins with its easier half.

    Args:
        samples: the images that are scored.
        real: the real images that they are compared with.
        neighbours: k of precision, recall, density and coverage.
        subsets: how many, 2 or more.

    Returns:
        name -> standard deviation with `subsets` - 1 degrees of freedom, None where there is no score. Empty if a subset would have no more
        images than there are features.
    """
    size = min(len(samples.nearest), len(real.nearest)) // subsets
    if size <= real.features.shape[1]:
        return {}
    drawn = np.random.default_rng(0).permutation(len(real.nearest))
    runs = [slice(i * size, (i + 1) * size) for i in range(subsets)]
    scores = [score_samples(samples.part(run), real.part(drawn[run]), neighbours) for run in runs]
    return {name: _deviation([of_subset[name] for of_subset in scores]) for name in scores[0]}


def _deviation(scores: list[float | None]) -> float | None:
    known = [score for score in scores if score is not None]
    return float(np.std(known, ddof=1)) if len(known) == len(scores) else None
