"""Which targets a loss compares a discriminator's outputs with, seen in its gradients alone."""

from typing import Any

import numpy as np

from pipeline.doctor.evidence.step_recorder import FAKE, REAL
from pipeline.doctor.tracing.losses import Losses

ROWS = 4  # of each kind
LOGISTIC = 0.01  # of the loss's factor: how exactly gradients at three outputs must be those of a logistic loss
NO_DIFFERENCE = 0.02  # of the largest gradient at a row
NO_GRADIENT = 1e-5  # times the number of rows


def targets(gradients: dict[str, Any], sign: float, scores: list[float], probabilities: bool) -> dict[str, float]:
    """The target of a logistic loss for each kind of row; empty for other losses.

    The loss of a logit s with target t has the gradient c (sigmoid(s) - t), that of a probability p has c (p - t) / (p (1 - p)), where c is a
    constant factor: three outputs show t and c, and whether the loss is logistic at all.

    Args:
        gradients: mean gradients at the discriminator's outputs, by run and kind.
        sign: 1 where outputs rise with scores, -1 where they fall.
        scores: a low, a middle and a high one.
        probabilities: whether outputs are probabilities, or else logits.
    """
    found: dict[str, float] = {}
    for kind, runs in ((REAL, ("surely_wrong", "undecided", "surely_right")), (FAKE, ("surely_right", "undecided", "surely_wrong"))):
        values = [gradients[run].get(kind) for run in runs]
        target = None if None in values else _target(sign * np.array(scores), np.array(values, "float64"), probabilities)
        if target is not None:
            found[kind] = target
    return found


def _target(outputs: np.ndarray, gradients: np.ndarray, probabilities: bool) -> float | None:
    if probabilities and not ((outputs > 0) & (outputs < 1)).all():
        return None
    along = outputs if probabilities else 1 / (1 + np.exp(-outputs))
    pulls = gradients * outputs * (1 - outputs) if probabilities else gradients
    factor = (pulls[2] - pulls[0]) / (along[2] - along[0])
    if factor <= 0 or abs(pulls[0] + factor * (along[1] - along[0]) - pulls[1]) > LOGISTIC * factor:
        return None
    return float(along[0] - pulls[0] / factor)


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
