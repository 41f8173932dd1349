"""How far samples are from real data, without a classifier."""

import numpy as np


def energy_distance(samples, real):
    """Székely's energy distance between two sets of rows: 0 if they come from the same distribution, and otherwise above it."""
    samples, real = (np.asarray(rows, "float64").reshape(len(rows), -1) for rows in (samples, real))
    return 2 * _mean_distance(samples, real) - _mean_distance(samples, samples) - _mean_distance(real, real)


def _mean_distance(one, other):
    squares = (one**2).sum(1)[:, None] + (other**2).sum(1) - 2 * one @ other.T
    return np.sqrt(np.maximum(squares, 0)).mean()
