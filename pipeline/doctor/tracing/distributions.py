"""How two sets of rows differ as distributions: no row has a partner, so that shifts, phases and signs that vary among rows do no harm."""

from typing import NamedTuple, Self

import numpy as np

Array = np.ndarray
NEIGHBOURS = 5  # whose distance is the radius of a ball around a real row, as Naeem et al. choose
MANY = 64  # numbers of a row: with more of them the distances are so large that single precision is enough, at half the time


class Distances(NamedTuple):
    """The Euclidean distances of real rows and samples, each set (n, elements).

    Attributes:
        real: of each real row to each other one, (n, n).
        between: of each real row to each sample, (n, m).
        fake: of each sample to each other one, (m, m).
        blank: of each real row to their mean, (n,).
    """

    real: Array
    between: Array
    fake: Array
    blank: Array

    @classmethod
    def of(cls, real: Array, fake: Array) -> Self:
        """Measure all of them."""
        number = "float32" if real.shape[1] > MANY else "float64"
        mean = real.mean(axis=0, dtype="float64").astype(number)
        one, other = (rows.astype(number) - mean for rows in (real, fake))
        return cls(distances(one, one), distances(one, other), distances(other, other), np.linalg.norm(one, axis=1))


def distances(one: Array, other: Array) -> Array:
    """The Euclidean distance of each row of one (n, elements) to each row of the other (m, elements), (n, m)."""
    squares = np.square(one).sum(axis=1)[:, None] + np.square(other).sum(axis=1)[None, :] - 2 * one @ other.T
    return np.sqrt(np.maximum(squares, 0))


def relative_energy_distance(of: Distances) -> float:
    """The energy distance 2 E|X - Y| - E|X - X'| - E|Y - Y'| of two sets of rows, over that of real rows and their mean.

    0 means that the sets are alike, 1 that one constant row would be as near; estimates of small distances may be below 0.

    Székely and Rizzo 2013, doi:10.1016/j.jspi.2013.03.018.
    """
    within = _mean_of_pairs(of.real)
    return (2 * float(of.between.mean()) - within - _mean_of_pairs(of.fake)) / max(2 * float(of.blank.mean()) - within, 1e-12)


def relative_spectrum_distance(real: Array, fake: Array) -> float:
    """The distance of two mean magnitudes of Fourier spectra, over that of the real rows' and their mean row's; (n, length or height and width, ...).

    It is the same however each row is shifted. 0 means that the same frequencies are as strong, 1 that one constant row would be as near.
    """
    axes = tuple(range(1, max(real.ndim - 1, 2)))
    of_real, of_fake, of_mean = (np.abs(np.fft.rfftn(rows, axes=axes)).mean(axis=0) for rows in (real, fake, real.mean(axis=0, keepdims=True)))
    return float(np.linalg.norm(of_fake - of_real) / max(float(np.linalg.norm(of_mean - of_real)), 1e-12))


def coverage_and_precision(of: Distances) -> tuple[float, float]:
    """The share of real rows with a sample as near as their fifth real neighbour, and of samples that are as near to some real row.

    Of as many samples as real rows, from the same distribution, 31 in 32 real rows are covered.

    Naeem et al. 2020, arXiv:2002.09797; Kynkäänniemi et al. 2019, arXiv:1904.06991.
    """
    near = of.between <= _to_neighbour(of.real, NEIGHBOURS)[:, None]
    return float(near.any(axis=1).mean()), float(near.any(axis=0).mean())


def relative_crowding(of: Distances) -> float:
    """How far a sample is from the nearest other one, over how far a real row is; medians, because a few rows in between change means much."""
    return float(np.median(_to_neighbour(of.fake, 1)) / max(float(np.median(_to_neighbour(of.real, 1))), 1e-12))


def _to_neighbour(within: Array, number: int) -> Array:
    """The distance from each row to its first, second ... neighbour."""
    apart = within.copy()
    np.fill_diagonal(apart, np.inf)
    return np.partition(apart, number - 1, axis=1)[:, number - 1]


def _mean_of_pairs(within: Array) -> float:
    """The mean distance of two different rows."""
    return float(within.sum(dtype="float64") - np.trace(within)) / (len(within) * (len(within) - 1))
