"""Whether what the generator draws depends on its label and on its noise: samples are drawn again with either of another row."""

from typing import Any

import numpy as np
from keras import tree

from pipeline.doctor.evidence.step_recorder import REAL
from pipeline.doctor.tracing.again import Again
from pipeline.doctor.tracing.evidence import PairEvidence
from pipeline.doctor.tracing.inputs import flat_rows
from pipeline.doctor.tracing.labels import beside, labels, numbered, repeats
from pipeline.doctor.tracing.over_time.latents import noise_rows
from pipeline.doctor.tracing.record import Call
from pipeline.doctor.tracing.roles import Pair
from pipeline.doctor.tracing.session import Session

MOST = 64  # rows of a look
LEAST = 8


class DrawnAgain:
    """At every look: how far a sample moves with another row's label, with another row's noise, and how far real rows of a label are apart."""

    def __init__(self, pair: Pair, session: Session) -> None:
        self.pair, self.session, self.again = pair, session, Again(pair.generator)
        self.rows: list[dict[str, float]] = []

    def look(self, now: PairEvidence) -> None:
        """Draw the samples of one call again."""
        call = now.samples[-1] if now.samples else None
        if call is None or noise_rows(call) is None:
            return
        leaves = [leaf[:MOST] for leaf in tree.flatten(call.inputs)]
        masks = [repeats(flat_rows(leaf)).reshape(leaf.shape[1:]) for leaf in leaves]
        drawn_for = labels(np.concatenate([flat_rows(leaf) for leaf in leaves], axis=1))
        if len(leaves[0]) < LEAST or drawn_for is None or not any((~mask).any() for mask in masks):
            return
        own = self._drawn(call, leaves)
        of_label = self._drawn(call, [np.where(mask, np.roll(leaf, 1, axis=0), leaf) for leaf, mask in zip(leaves, masks, strict=True)])
        of_noise = self._drawn(call, [np.where(mask, leaf, np.roll(leaf, 1, axis=0)) for leaf, mask in zip(leaves, masks, strict=True)])
        differ = drawn_for != np.roll(drawn_for, 1)
        row = {
            "step": self.session.steps_of(self.pair.generator),
            "moved_with_label": float(np.abs(own - of_label)[differ].mean()) if differ.any() else None,
            "moved_with_noise": float(np.abs(own - of_noise).mean()),
            "real_rows_of_a_label_apart": _apart(now),
        }
        self.rows.append({name: value for name, value in row.items() if value is not None})

    def evidence(self) -> dict[str, Any]:
        """The rows, and how many steps the generator was trained by now."""
        return {"steps": self.session.steps_of(self.pair.generator), "rows": self.rows} if self.rows else {}

    def _drawn(self, call: Call, leaves: list[np.ndarray]) -> np.ndarray:
        outputs = self.again(tree.pack_sequence_as(call.inputs, leaves), True in call.batch_norm)
        return np.concatenate([flat_rows(leaf) for leaf in outputs], axis=1)


def _apart(now: PairEvidence) -> float | None:
    """The mean distance of an element between real rows that the discriminator is given with the same label; None if it is given none."""
    for one in now.losses.calls_in_turn("discriminator"):
        rows = np.flatnonzero(one.kinds == REAL)[:MOST]
        for _, beside_rows in beside(one, rows):
            known, real = numbered(beside_rows), one.images(REAL)[:MOST]
            if known is not None:
                return float(np.mean([np.abs(real[label == known][0] - real[label == known]).mean() for label in set(known.tolist())]))
    return None
