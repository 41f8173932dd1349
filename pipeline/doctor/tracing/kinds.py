"""Whether a loss distinguishes real rows from samples, and rows of one kind from each other, seen in its gradients at single rows."""

import numpy as np

from pipeline.doctor.evidence.step_recorder import FAKE, REAL
from pipeline.doctor.tracing.losses import Losses
from pipeline.doctor.tracing.record import Record

ROWS = 4  # of each kind
NO_DIFFERENCE = 0.02  # of the largest gradient at a row
NO_GRADIENT = 1e-5  # times the number of rows


def depends_on_kind(losses: Losses) -> bool | None:
    """Whether the discriminator's loss wants different outputs for real rows and for samples; None if that cannot be told.

    Where it does not, the gradient at a row is a function of that row's score alone: the line through the gradients of either kind of row over
    their scores is the same. That comes of targets that are combined with all scores instead of their own.
    """
    jumps = []
    for given in losses.calls_in_turn("discriminator"):
        along = losses.along_score("discriminator", given, given.look.record)
        kinds = [given.kinds == kind for kind in (REAL, FAKE)]
        if along is not None and losses.score is not None and all(kind.sum() >= ROWS for kind in kinds):
            jumps.append(_jump(along * len(along), losses.score.of(given.call), kinds))
    known = [jump for jump in jumps if jump is not None]
    return max(known) > NO_DIFFERENCE if known else None


def minority(losses: Losses, records: dict[int, Record]) -> dict[str, float]:
    """For each kind of row, the largest share in one call of the discriminator whose gradient has another sign than that of most rows.

    Args:
        losses: both losses.
        records: what happened with the same score for all rows, by the id of each look.
    """
    found: dict[str, float] = {}
    for given in losses.calls_in_turn("discriminator"):
        along = losses.along_score("discriminator", given, records.get(id(given.look), given.look.record))
        for kind in (REAL, FAKE):
            rows = along[given.kinds == kind] if along is not None else np.zeros(0)
            if len(rows) >= ROWS:
                found[kind] = max(found.get(kind, 0.0), float(min(np.mean(rows > 0), np.mean(rows < 0))))
    return found


def _jump(gradients: np.ndarray, scores: np.ndarray, kinds: list[np.ndarray]) -> float | None:
    """How far the two lines lie apart, relative to the largest gradient; None where there is next to no gradient, or no line."""
    largest = float(np.abs(gradients).max())
    parts = [(gradients[kind], scores[kind]) for kind in kinds]
    spread = sum(float(np.sum((s - s.mean()) ** 2)) for _, s in parts)
    if not np.isfinite(largest) or largest < NO_GRADIENT or spread <= 0:
        return None
    slope = sum(float(np.sum((s - s.mean()) * (g - g.mean()))) for g, s in parts) / spread
    (real, real_scores), (fake, fake_scores) = parts
    return abs(float(real.mean() - fake.mean() - slope * (real_scores.mean() - fake_scores.mean()))) / largest
