"""Fingerprints of the real rows that a discriminator is given: how many are different, and whether batches are drawn at random."""

from typing import Any

import numpy as np

from pipeline.doctor.evidence.step_recorder import REAL
from pipeline.doctor.tracing.evidence import PairEvidence
from pipeline.doctor.tracing.roles import Pair
from pipeline.doctor.tracing.session import Session

MOST = 256  # rows of a look that are compared


class RealRows:
    """The real rows of the discriminator's turn, at every look."""

    def __init__(self, pair: Pair, session: Session) -> None:
        self.hashes: list[list[int]] = []  # of the rows of each look
        self.means: list[np.ndarray] = []
        self.variances: list[np.ndarray] = []

    def look(self, now: PairEvidence) -> None:
        """Add the rows of one look; a batch that is given several times counts once."""
        batches = {given.images(REAL).tobytes(): given.images(REAL) for given in now.losses.calls_in_turn("discriminator")}
        rows = [batch[:MOST] for batch in batches.values() if len(batch)]
        if not rows:
            return
        real = np.concatenate(rows)[:MOST].astype("float64")
        self.hashes.append([hash(row.tobytes()) for row in real])
        if len(real) > 1:
            self.means.append(real.mean(axis=0))
            self.variances.append(real.var(axis=0, ddof=1) / len(real))

    def evidence(self) -> dict[str, Any]:
        """How many rows were seen and how many are different, and the variance of batch means over that of random batches."""
        seen = [row for batch in self.hashes for row in batch]
        if not seen:
            return {}
        found: dict[str, Any] = {
            "looks": len(self.hashes),
            "rows": len(seen),
            "different": len(set(seen)),
            "different_in_a_batch": sum(len(set(batch)) for batch in self.hashes) / len(seen),
            "same_batch": all(sorted(batch) == sorted(self.hashes[0]) for batch in self.hashes),
        }
        if len({mean.shape for mean in self.means}) == 1 and len(self.means) > 1:
            between, within = np.var(self.means, axis=0, ddof=1), np.mean(self.variances, axis=0)
            if within.sum() > 0:
                found |= {"batch_means": len(self.means), "variation": float(between.sum() / within.sum()), "dimensions": _dimensions(within)}
        return found


def _dimensions(variances: np.ndarray) -> float:
    """How many features share the variance: its participation ratio."""
    return float(variances.sum() ** 2 / np.square(variances).sum())
