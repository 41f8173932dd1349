"""Whether the discriminator still tells real rows and samples apart where both are changed by what nobody sees."""

from collections.abc import Callable
from typing import Any

import numpy as np
from keras import tree

from pipeline.doctor.evidence.probe import auc
from pipeline.doctor.evidence.step_recorder import FAKE, REAL
from pipeline.doctor.tracing.again import Again
from pipeline.doctor.tracing.evidence import PairEvidence
from pipeline.doctor.tracing.origins import Given
from pipeline.doctor.tracing.roles import Pair
from pipeline.doctor.tracing.score import by_channel
from pipeline.doctor.tracing.session import Session

MOST, LEAST = 64, 8  # rows of either kind
APART = 0.98  # the area under the ROC curve from which on the discriminator is asked again
NOISE, GREYS = 0.02, 16  # of the range of real rows; steps of it
SMALLEST = 8  # pixels on a side that has a border
Change = Callable[[np.ndarray, float, float], np.ndarray]  # rows, the lowest and the highest real value -> changed rows


class Verdicts:
    """The real rows and samples of the last look, as the discriminator was given them."""

    def __init__(self, pair: Pair, session: Session) -> None:
        self.pair, self.session, self.again = pair, session, Again(pair.discriminator)
        self.latest: PairEvidence | None = None

    def look(self, now: PairEvidence) -> None:
        """Keep the latest look."""
        self.latest = now

    def evidence(self) -> dict[str, Any]:
        """The area under the ROC curve, and with each change; empty where the discriminator does not tell nearly all apart."""
        apart = self._apart(lambda rows, low, high: rows)
        if apart is None or apart < APART:
            return {}
        changed = {name: self._apart(change) for name, change in CHANGES.items()}
        return {"steps": self.session.steps_of(self.pair.generator), "auc": apart, "changed": changed}

    def _apart(self, change: Change) -> float | None:
        calls = self.latest.losses.calls_in_turn("discriminator") if self.latest else []
        real, fake = (next((one for one in calls if (one.kinds == kind).sum() >= LEAST), None) for kind in (REAL, FAKE))
        if real is None or fake is None:
            return None
        images = real.images(REAL)
        low, high = float(images.min()), float(images.max())
        scores = [self._scores(one, kind, lambda rows: change(rows, low, high)) for one, kind in ((real, REAL), (fake, FAKE))]
        return None if scores[0] is None or scores[1] is None else auc(scores[0], scores[1])

    def _scores(self, one: Given, kind: str, change: Callable[[np.ndarray], np.ndarray]) -> np.ndarray | None:
        score = self.latest.losses.score if self.latest else None
        leaves = [leaf[one.kinds == kind][:MOST] for leaf in tree.flatten(one.call.inputs)]
        leaves = [np.where(mask, change(leaf), leaf) if leaf.dtype.kind == "f" else leaf for leaf, mask in zip(leaves, one.image, strict=True)]
        if score is None or score.logits:
            return None
        outputs = self.again(tree.pack_sequence_as(one.call.inputs, leaves), True in one.call.batch_norm)
        return by_channel(outputs[score.leaf]).mean(axis=1) @ score.direction


def _with_noise(rows: np.ndarray, low: float, high: float) -> np.ndarray:
    random = np.random.default_rng(0)
    return (rows + NOISE * (high - low) * random.uniform(-1, 1, rows.shape)).astype(rows.dtype)


def _rounded(rows: np.ndarray, low: float, high: float) -> np.ndarray:
    step = max(high - low, 1e-12) / GREYS
    return (low + np.round((rows - low) / step) * step).astype(rows.dtype)


def _without_border(rows: np.ndarray, low: float, _: float) -> np.ndarray:
    if rows.ndim < 3 or min(rows.shape[1:3]) < SMALLEST:
        return rows
    blank = np.full_like(rows, low)
    blank[:, 1:-1, 1:-1] = rows[:, 1:-1, 1:-1]
    return blank


CHANGES: dict[str, Change] = {"a little noise": _with_noise, "rounding": _rounded, "a blank border": _without_border}
