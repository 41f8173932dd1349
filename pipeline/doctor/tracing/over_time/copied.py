"""Whether a generator that is given images gives them back, where the real rows that belong to them are others."""

from typing import Any

import numpy as np
from keras import tree

from pipeline.doctor.evidence.step_recorder import REAL
from pipeline.doctor.tracing.evidence import PairEvidence
from pipeline.doctor.tracing.inputs import flat_rows
from pipeline.doctor.tracing.origins import Given
from pipeline.doctor.tracing.roles import Pair
from pipeline.doctor.tracing.session import Session

MOST = 64  # rows of a look


class Copied:
    """At every look: how far the generator's outputs are from its inputs, and real rows from what stands beside them, as mean differences."""

    def __init__(self, pair: Pair, session: Session) -> None:
        self.pair, self.session = pair, session
        self.rows: list[dict[str, float]] = []

    def look(self, now: PairEvidence) -> None:
        """Add one look."""
        real = next((apart for one in now.losses.calls_in_turn("discriminator") if (apart := _real_apart(one)) is not None), None)
        calls = [(tree.flatten(call.inputs), tree.flatten(call.outputs)[0]) for call in now.samples[-1:]]
        made = [_apart(inputs[0], outputs) for inputs, outputs in calls if len(inputs) == 1 and np.shape(inputs[0]) == np.shape(outputs)]
        if real and made:
            self.rows.append({"step": self.session.steps_of(self.pair.generator), "output_to_input": made[0], "real_row_to_input": real})

    def evidence(self) -> dict[str, Any]:
        """The rows, and how many steps the generator was trained by now."""
        return {"steps": self.session.steps_of(self.pair.generator), "rows": self.rows} if self.rows else {}


def _real_apart(one: Given) -> float | None:
    """How far real rows are from as many other numbers beside them; None if there are none."""
    real = one.kinds == REAL
    given = zip(tree.flatten(one.call.inputs), one.image, strict=True)
    leaves = [(flat_rows(leaf[real]), np.broadcast_to(mask, leaf.shape[1:]).ravel()) for leaf, mask in given]
    images, others = (np.concatenate([rows[:, mask == kind] for rows, mask in leaves], axis=1) for kind in (True, False))
    return _apart(images, others) if real.any() and images.shape == others.shape else None


def _apart(one: np.ndarray, other: np.ndarray) -> float:
    return float(np.abs(one[:MOST].astype("float64") - other[:MOST]).mean())
