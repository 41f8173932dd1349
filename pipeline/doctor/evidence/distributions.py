"""How two sets of rows differ as distributions: no row has a partner, so that shifts, phases and signs that vary among rows do no harm."""

import numpy as np

Array = np.ndarray
NEIGHBOURS = 5  # whose distance is the radius of a ball around a real row, as Naeem et al. choose


def distances(one: Array, other: Array) -> Array:
    """The Euclidean distance of each row of one (n, elements) to each row of the other (m, elements), (n, m)."""
    squares = np.square(one).sum(axis=1)[:, None] + np.square(other).sum(axis=1)[None, :] - 2 * one @ other.T
    return np.sqrt(np.maximum(squares, 0))


def relative_energy_distance(real: Array, fake: Array) -> float:
    """The energy distance 2 E|X - Y| - E|X - X'| - E|Y - Y'| of two sets of rows, over that of real rows and their mean.

    0 means that the sets are alike, 1 that one constant row would be as near; estimates of small distances may be below 0.

    Székely and Rizzo 2013, doi:10.1016/j.jspi.2013.03.018.
    """
    within = _mean_of_pairs(real)
    between = 2 * float(distances(real, fake).mean()) - within - _mean_of_pairs(fake)
    blank = 2 * float(np.linalg.norm(real - real.mean(axis=0), axis=1).mean()) - within
    return between / max(blank, 1e-12)


def relative_spectrum_distance(real: Array, fake: Array) -> float:
    """The distance of two mean magnitudes of Fourier spectra, over that of the real rows' and their mean row's; (n, length or height and width, ...).

    It is the same however each row is shifted. 0 means that the same frequencies are as strong, 1 that one constant row would be as near.
    """
    axes = tuple(range(1, max(real.ndim - 1, 2)))
    of_real, of_fake, of_mean = (np.abs(np.fft.rfftn(rows, axes=axes)).mean(axis=0) for rows in (real, fake, real.mean(axis=0, keepdims=True)))
    return float(np.linalg.norm(of_fake - of_real) / max(float(np.linalg.norm(of_mean - of_real)), 1e-12))


def coverage_and_precision(real: Array, fake: Array) -> tuple[float, float]:
    """The share of real rows with a sample as near as their fifth real neighbour, and of samples that are as near to some real row.

    Of as many samples as real rows, from the same distribution, 31 in 32 real rows are covered.

    Naeem et al. 2020, arXiv:2002.09797; Kynkäänniemi et al. 2019, arXiv:1904.06991.
    """
    radii = np.sort(distances(real, real), axis=1)[:, NEIGHBOURS]  # the nearest one is the row itself
    near = distances(real, fake) <= radii[:, None]
    return float(near.any(axis=1).mean()), float(near.any(axis=0).mean())


def _mean_of_pairs(rows: Array) -> float:
    """The mean distance of two different rows."""
    return float(distances(rows, rows).sum() / (len(rows) * (len(rows) - 1)))
