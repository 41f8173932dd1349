"""The arrays that scores are computed from."""

from functools import cached_property
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from pipeline.metrics.classes import class_histogram
from pipeline.metrics.neighbours import NeighbourScores, neighbour_scores


class Samples(NamedTuple):
    """What a classifier of c classes computed for n images that are to be scored."""

    features: NDArray[np.float64]  # (n, d)
    probabilities: NDArray[np.float64]  # (n, c), rows sum to 1
    requested: NDArray[np.integer] | None  # (n,) the requested classes, None if none were requested
    nearest: NDArray[np.float64]  # (n,) distances to the nearest training image, in feature space

    def part(self, rows: slice) -> Self:
        """The samples in these rows."""
        requested = None if self.requested is None else self.requested[rows]
        return type(self)(self.features[rows], self.probabilities[rows], requested, self.nearest[rows])


class Reference(NamedTuple):
    """m real images that the GANs are not trained on: what samples are compared with."""

    features: NDArray[np.float64]  # (m, d)
    labels: NDArray[np.integer]  # (m,)
    nearest: NDArray[np.float64]  # (m,) distances to the nearest training image

    def part(self, rows: NDArray[np.integer]) -> Self:
        """The images in these rows."""
        return type(self)(self.features[rows], self.labels[rows], self.nearest[rows])


class Comparison:
    """Samples beside real images: the input of every score. Values that several scores need are computed once."""

    def __init__(self, samples: Samples, real: Reference, neighbours: int) -> None:
        self.samples, self.real, self.neighbours = samples, real, neighbours

    @cached_property
    def histogram(self) -> NDArray[np.float64]:
        """Share of samples classified as each class, (c,)."""
        return class_histogram(self.samples.probabilities)

    @cached_property
    def real_histogram(self) -> NDArray[np.float64]:
        """Share of real images of each class, (c,)."""
        return np.bincount(self.real.labels, minlength=len(self.histogram)) / len(self.real.labels)

    @cached_property
    def neighbourhoods(self) -> NeighbourScores:
        """Precision, recall, density and coverage, which share their distances."""
        return neighbour_scores(self.real.features, self.samples.features, self.neighbours)
