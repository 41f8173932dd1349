"""Fingerprints of what the generator is given: whether its noise is drawn anew, and how large it is."""

from typing import Any

import numpy as np
from keras import tree

from pipeline.doctor.tracing.evidence import PairEvidence
from pipeline.doctor.tracing.inputs import flat_rows
from pipeline.doctor.tracing.record import Call
from pipeline.doctor.tracing.roles import Pair
from pipeline.doctor.tracing.session import Session

MOST = 256  # rows of a look that are compared


class Latents:
    """The rows of numbers that the generator is given in training, at every look: noise, what may stand beside it, or data to translate."""

    def __init__(self, pair: Pair, session: Session) -> None:
        self.looks: list[np.ndarray] = []
        self.alike: list[bool] = []  # of each call, whether all its rows are the same
        self.elements: tuple[int, int] = 0, 0  # of a row that the generator is given, and of one that it draws
        self.may_be_data = False

    def look(self, now: PairEvidence) -> None:
        """Add the rows of one look; inputs that are given twice count once."""
        found: dict[bytes, np.ndarray] = {}
        for call in now.samples:
            rows = noise_rows(call)
            self.may_be_data |= rows is None
            rows = _numbers(call) if rows is None else rows
            if rows is not None:
                found[rows.tobytes()] = rows
                self.alike.append(len(rows) > 1 and bool((rows == rows[0]).all()))
                self.elements = rows.shape[1], int(np.prod(np.shape(tree.flatten(call.outputs)[0])[1:]))
        if found and len({rows.shape[1] for rows in found.values()}) == 1:
            self.looks.append(np.concatenate(list(found.values()))[:MOST])

    def evidence(self) -> dict[str, Any]:
        """How many rows were seen, how many are different, and the mean and spread of their numbers."""
        if not self.looks:
            return {}
        hashes = [[hash(row.tobytes()) for row in rows] for rows in self.looks]
        every = [row for batch in hashes for row in batch]
        numbers = np.concatenate([rows.ravel() for rows in self.looks]).astype("float64")
        return {
            "looks": len(self.looks),
            "rows": len(every),
            "different": len(set(every)),
            "all_alike_in_a_batch": all(self.alike),
            "same_at_every_look": all(sorted(batch) == sorted(hashes[0]) for batch in hashes),
            "mean": float(numbers.mean()),
            "sd": float(numbers.std()),
            "numbers": self.elements[0],
            "drawn_numbers": self.elements[1],
            "may_be_data": self.may_be_data,
        }


def noise_rows(call: Call) -> np.ndarray | None:
    """The numbers that the generator is given, (n, numbers); None if it is given something of the shape that it draws.

    A generator that translates images or rows is given data.
    """
    drawn = np.shape(tree.flatten(call.outputs)[0])[1:]
    leaves = _inputs(call)
    if any(leaf.shape[1:-1] == drawn[:-1] and leaf.ndim > 2 for leaf in leaves):
        return None
    rows = _numbers(call)
    return None if rows is None or (rows.shape[1] == int(np.prod(drawn)) and len(leaves) == 1) else rows


def _numbers(call: Call) -> np.ndarray | None:
    """The numbers that the generator is given, whatever they are, (n, numbers)."""
    leaves = _inputs(call)
    return np.concatenate([flat_rows(leaf) for leaf in leaves], axis=1) if leaves and len({len(leaf) for leaf in leaves}) == 1 else None


def _inputs(call: Call) -> list[np.ndarray]:
    leaves = [leaf for leaf in tree.flatten(call.inputs) if isinstance(leaf, np.ndarray) and leaf.ndim > 1]
    return [leaf for leaf in leaves if leaf.dtype.kind == "f"] or leaves[:1]  # noise may have been drawn as whole numbers
