"""The seeded inputs of the oracles: the script that writes the references and the tests that use them make the same."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

NEIGHBOURS = 5
Pair = tuple[np.ndarray, np.ndarray]


class Case(NamedTuple):
    """`numpy.random.default_rng(seed)` makes `real` x `columns` and `fake` x `columns` numbers of a `kind`."""

    kind: str
    seed: int
    real: int
    fake: int
    columns: int


FEATURES = {
    "shifted": Case("shifted", 11, 800, 800, 16),
    "correlated": Case("correlated", 12, 1000, 1000, 24),
    "dead columns": Case("dead", 13, 900, 900, 32),
    "more real": Case("shifted", 14, 2000, 700, 8),
    "more fake": Case("correlated", 15, 500, 1500, 12),
    "collapsed": Case("collapsed", 16, 600, 600, 10),
    "copies": Case("copies", 17, 500, 400, 6),
    "heavy tails": Case("heavy", 18, 1200, 1200, 8),
    "one distribution": Case("same", 19, 2000, 2000, 64),
    "as features": Case("dead", 20, 1000, 1000, 128),
}
LOGITS = {
    "undecided": Case("even", 31, 1000, 0, 10),
    "decided": Case("sharp", 32, 1000, 0, 10),
    "certain": Case("certain", 33, 1000, 0, 10),
    "few classes": Case("skewed", 34, 2000, 0, 10),
    "two classes": Case("sharp", 35, 300, 0, 2),
}


def make_features(case: Case) -> Pair:
    """Features of real images (`real`, `columns`) and of samples (`fake`, `columns`), float64."""
    rng = np.random.default_rng(case.seed)
    return MAKERS[case.kind](rng, rng.normal(size=(case.real, case.columns)), rng.normal(size=(case.fake, case.columns)))


def make_logits(case: Case) -> np.ndarray:
    """Logits (`real`, `columns`), float64; "certain" ones leave probabilities of exactly 0."""
    rng = np.random.default_rng(case.seed)
    scale = {"even": 0.5, "sharp": 5.0, "certain": 2000.0, "skewed": 3.0}[case.kind]
    slope = np.linspace(0, 8, case.columns) if case.kind == "skewed" else 0
    return scale * rng.normal(size=(case.real, case.columns)) + slope


def _correlated(rng: np.random.Generator, real: np.ndarray, fake: np.ndarray) -> Pair:
    size = real.shape[1:] * 2
    return real @ rng.normal(size=size), fake @ rng.normal(size=size) + 0.5


def _dead(rng: np.random.Generator, real: np.ndarray, fake: np.ndarray) -> Pair:
    """Rectified; a quarter of the columns is 0 in both sets, and one more in the samples alone."""
    shift = rng.normal(size=real.shape[1])
    real, fake = np.maximum(real + shift, 0), np.maximum(1.1 * fake + shift + 0.1, 0)
    quarter = real.shape[1] // 4
    real[:, :quarter], fake[:, : quarter + 1] = 0, 0
    return real, fake


def _copies(rng: np.random.Generator, real: np.ndarray, fake: np.ndarray) -> Pair:
    """Whole numbers, whose distances are exact: a copy lies on the very edge of its neighbours' neighbourhoods."""
    real = np.round(10 * real)
    return real, real[rng.integers(len(real), size=len(fake))]


def _heavy(rng: np.random.Generator, real: np.ndarray, fake: np.ndarray) -> Pair:
    """Student's t with 3 degrees of freedom."""
    return rng.standard_t(3, size=real.shape), 1.2 * rng.standard_t(3, size=fake.shape)


MAKERS: dict[str, Callable[[np.random.Generator, np.ndarray, np.ndarray], Pair]] = {
    "same": lambda rng, real, fake: (real, fake),
    "shifted": lambda rng, real, fake: (real, fake + 0.3),
    "collapsed": lambda rng, real, fake: (real, real[0] + 1e-3 * fake),
    "correlated": _correlated,
    "dead": _dead,
    "copies": _copies,
    "heavy": _heavy,
}
