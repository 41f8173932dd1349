"""Labels that the generator is given as one-hot numbers: whether each row has its one."""

from typing import Any

import numpy as np

from pipeline.doctor.tracing.evidence import PairEvidence
from pipeline.doctor.tracing.inputs import columns_of
from pipeline.doctor.tracing.roles import Pair
from pipeline.doctor.tracing.session import Session

FEWEST = 3  # columns: two may be flags
WIDEST = 4096  # what is wider is an image


class OneHot:
    """Over all looks: how often each of the columns that are zero or one has its one, and how many rows have none."""

    def __init__(self, pair: Pair, session: Session) -> None:
        self.counts: np.ndarray | None = None  # of ones, by column of the generator's input
        self.binary: np.ndarray | None = None
        self.several = False  # ones in a row: a mask or attributes, not a class
        self.rows = self.empty = 0

    def look(self, now: PairEvidence) -> None:
        """Add the rows of one look."""
        rows = columns_of(now.samples[-1]) if now.samples else np.zeros((0, 0))
        if not len(rows) or rows.shape[1] > WIDEST or (self.binary is not None and len(self.binary) != rows.shape[1]):
            return
        binary = ((rows == 0) | (rows == 1)).all(axis=0)
        self.binary = binary if self.binary is None else self.binary & binary
        ones = (rows == 1) & self.binary
        self.several |= bool((ones.sum(axis=1) > 1).any())
        self.counts = ones.sum(axis=0) + (0 if self.counts is None else self.counts)
        self.rows += len(rows)
        self.empty += int((ones.sum(axis=1) == 0).sum())

    def evidence(self) -> dict[str, Any]:
        """How many classes there are, how many rows have none, how many the most frequent one has, and how many classes no row has."""
        if self.binary is None or self.counts is None or self.several or self.binary.sum() < FEWEST:
            return {}
        counts = self.counts[self.binary]
        return {
            "rows": self.rows,
            "classes": len(counts),
            "rows_without": self.empty,
            "most_of_a_class": int(counts.max()),
            "never": int((counts == 0).sum()),
        }
