"""Whether the discriminator notices that a real row stands beside the condition of another row."""

from typing import Any

import numpy as np
from keras import tree

from pipeline.doctor.evidence.step_recorder import REAL
from pipeline.doctor.tracing.again import Again
from pipeline.doctor.tracing.evidence import PairEvidence
from pipeline.doctor.tracing.inputs import flat_rows
from pipeline.doctor.tracing.origins import Given
from pipeline.doctor.tracing.roles import Pair
from pipeline.doctor.tracing.score import Score, by_channel
from pipeline.doctor.tracing.session import Session

MOST = 64  # rows of a look
LEAST = 4
SHIFTS = 5  # a row gets the condition of the row before it, of that before this one, and so on


class Pairs:
    """At every look: how often real rows get a higher score beside their own condition than beside that of another row."""

    def __init__(self, pair: Pair, session: Session) -> None:
        self.pair, self.session, self.again = pair, session, Again(pair.discriminator)
        self.rows: list[dict[str, float]] = []

    def look(self, now: PairEvidence) -> None:
        """Score the real rows of one call again, with conditions moved from row to row."""
        score, calls = now.losses.score, now.losses.calls_in_turn("discriminator")
        one = next((one for one in calls if (one.kinds == REAL).sum() >= LEAST and any((~mask).any() for mask in one.image)), None)
        if one is None or score is None:
            return
        leaves = [leaf[one.kinds == REAL][:MOST] for leaf in tree.flatten(one.call.inputs)]
        own = self._scores(one, leaves, score)
        if not np.ptp(own):  # a softmax of one number, where the losses use the logits behind it
            return
        higher: list[float] = []
        for shift in range(1, min(SHIFTS + 1, len(own))):
            moved, differ = _moved(leaves, one.image, shift)
            other = self._scores(one, moved, score)
            higher += list(0.5 + 0.5 * np.sign(own - other)[differ])
        if higher:
            self.rows.append({"step": self.session.steps_of(self.pair.generator), "compared": len(higher), "own_higher": float(np.mean(higher))})

    def evidence(self) -> dict[str, Any]:
        """The rows, and how many steps the generator was trained by now."""
        return {"steps": self.session.steps_of(self.pair.generator), "rows": self.rows} if self.rows else {}

    def _scores(self, one: Given, leaves: list[np.ndarray], score: Score) -> np.ndarray:
        outputs = self.again(tree.pack_sequence_as(one.call.inputs, leaves), True in one.call.batch_norm)
        return by_channel(outputs[score.leaf]).mean(axis=1) @ score.direction


def _moved(leaves: list[np.ndarray], image: list[np.ndarray], shift: int) -> tuple[list[np.ndarray], np.ndarray]:
    """The rows with what is no image moved from row to row, and for which rows this is something else."""
    moved, differ = [], np.zeros(len(leaves[0]), bool)
    for leaf, mask in zip(leaves, image, strict=True):
        rows = np.where(mask, leaf, np.roll(leaf, shift, axis=0))
        differ |= (flat_rows(rows) != flat_rows(leaf)).any(axis=1)
        moved.append(rows)
    return moved, differ
