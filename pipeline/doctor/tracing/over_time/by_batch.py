"""Whether real rows are normalised batch by batch: then numbers of a batch are the same in all batches, although their rows differ."""

from typing import Any

import numpy as np

from pipeline.doctor.evidence.step_recorder import REAL
from pipeline.doctor.tracing.evidence import PairEvidence
from pipeline.doctor.tracing.roles import Pair
from pipeline.doctor.tracing.session import Session

FEWEST, LOOKS = 4, 12  # rows of a batch; looks that are compared
SAME = 0.02  # of the standard error of a random batch's mean: rounding has a thousandth of it
SHARED = 0.5  # of a batch's rows: where batches are most of the data, their numbers are much the same


class ByBatch:
    """The first batch of real rows of each look: the mean of all numbers, and of each column the mean, the lowest and the highest number."""

    def __init__(self, pair: Pair, session: Session) -> None:
        self.rows: list[list[int]] = []  # fingerprints
        self.numbers: list[dict[str, tuple[np.ndarray, np.ndarray]]] = []  # for each look, numbers and the errors that random batches would have

    def look(self, now: PairEvidence) -> None:
        """Add a batch."""
        batches = [given.images(REAL) for given in now.losses.calls_in_turn("discriminator")]
        batch = next((rows.astype("float64") for rows in batches if len(rows) >= FEWEST), None)
        if batch is not None and len(self.rows) < LOOKS and np.isfinite(batch).all():
            self.rows.append([hash(row.tobytes()) for row in batch])
            self.numbers.append(_numbers(batch))

    def evidence(self) -> dict[str, Any]:
        """Which numbers are the same in all batches; empty where batches share many rows."""
        pairs = list(zip(self.rows, self.rows[1:], strict=False))
        if not pairs or any(len({*one} & {*other}) > SHARED * len(one) for one, other in pairs) or len({len(rows) for rows in self.rows}) > 1:
            return {}
        return {"looks": len(self.rows), "same": [name for name in self.numbers[0] if self._is_same(name)]}

    def _is_same(self, name: str) -> bool:
        """Whether numbers vary far less over the batches than by chance; only columns count that could vary in every batch."""
        values, errors = (np.array([numbers[name][part] for numbers in self.numbers]) for part in (0, 1))
        known = (errors > 0).all(axis=0)
        return bool(known.any() and np.all(np.ptp(values, axis=0)[known] < SAME * errors.mean(axis=0)[known]))


def _numbers(batch: np.ndarray) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    errors, of_rows = batch.std(axis=0) / len(batch) ** 0.5, batch.mean(axis=1)
    ends = batch.min(axis=0), batch.max(axis=0)
    single = np.all([(batch == end).sum(axis=0) == 1 for end in ends], axis=0)  # not of black and white, or of one-hot numbers
    rounding = 1e-5 * np.abs(batch).max()  # the mean of each row is the same where rows are normalised by themselves
    return {
        "the mean of each column": (batch.mean(axis=0), np.where(errors > rounding, errors, 0.0)),
        "both ends of each column": (np.concatenate(ends), np.tile(np.where(single, errors, 0.0), 2)),
        "the mean of all numbers": (of_rows.mean(keepdims=True), np.array([of_rows.std() / len(batch) ** 0.5 if of_rows.std() > rounding else 0.0])),
    }
