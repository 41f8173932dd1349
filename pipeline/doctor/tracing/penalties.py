"""Penalties on the gradient of a discriminator's outputs with respect to what it is given."""

import math
from typing import Any

import numpy as np
import tensorflow as tf
from keras import tree

from pipeline.doctor.evidence.step_recorder import REAL
from pipeline.doctor.tracing.finite import is_known
from pipeline.doctor.tracing.inputs import flat_rows
from pipeline.doctor.tracing.lines import operations_before
from pipeline.doctor.tracing.look import Look, Observed
from pipeline.doctor.tracing.losses import Losses
from pipeline.doctor.tracing.record import Record

SLOPES = 0.25, 1.0, 11.0, 21.0, 31.0  # at which a penalty is measured
LINEAR, FITS = 1e-3, 0.01  # of the largest difference: what is no curvature, and the error of a parabola
MEASURED = 1e-5  # of the loss: float32 has 1e-7
SAME_ROWS = 1e-5  # of the largest number


def penalty_is_unused(look: Observed) -> bool:
    """Whether a step computes gradients with respect to rows, and no gradient for weights depends on them; False where that cannot be seen.

    A loss that only adds a penalty which was computed outside of its tape has the same gradients as without it.
    """
    if not isinstance(look, Look):
        return False
    record, graph = look.symbolic(), look.traces.plain.function.graph
    penalties = [leaf for gradient in record.gradients for leaf in tree.flatten(gradient.of_tensors) if hasattr(leaf, "graph")]
    parts = [part for gradient in record.gradients for part in gradient.of if part is not None]
    parts = [part.values if isinstance(part, tf.IndexedSlices) else part for part in parts]
    if not penalties or not parts or any(leaf.graph is not graph for leaf in [*penalties, *parts]):
        return False
    before = operations_before(parts)
    return not any(leaf.op.name in before for leaf in penalties)


def slope(look: Observed) -> float | None:
    """The mean length of the gradients with respect to rows that a step computes, as a penalty sees them; None if it computes none."""
    parts = [leaf for gradient in look.record.gradients for leaf in tree.flatten(gradient.of_tensors)]
    arrays = [leaf for leaf in parts if isinstance(leaf, np.ndarray) and leaf.ndim > 1 and len(leaf) > 1]
    if not arrays:
        return None
    return float(np.mean([np.linalg.norm(np.reshape(array, (len(array), int(np.prod(array.shape[1:])))), axis=1).mean() for array in arrays]))


def describe_penalty(losses: Losses) -> dict[str, Any] | None:
    """What a penalty wants of the length of each row's gradient: the loss is measured while all rows have another one.

    Returns:
        `shape`, "linear" or "parabola"; of the latter the `weight` of the square and the slope `wanted`; the number of `rows`, and the `axes` of
        one that has several; whether gradients are
        taken at real rows alone (`at_real_rows`). None if there is no penalty, or one of another shape.
    """
    looks = [look for look in losses.looks if isinstance(look, Look) and look.replaceable and slope(look) is not None]
    if not looks:
        return None
    values = [_loss(losses, looks[0].run(slope=length)) for length in SLOPES]
    shape = next(np.shape(leaf) for gradient in looks[0].record.gradients for leaf in tree.flatten(gradient.of_tensors) if np.ndim(leaf) > 1)
    found = _shape(values) if np.isfinite(values).all() else None
    axes = [length for length in shape[1:] if len(shape) > 2 and length > 1]  # a row of numbers has no parts
    return found | {"rows": shape[0], "axes": axes, "at_real_rows": _at_real_rows(looks[0], losses)} if found else None


def _loss(losses: Losses, record: Record) -> float:
    """The discriminator's loss, the mean over its updates in the step."""
    targets = [gradient.target for gradient in losses.events(record, "discriminator")]
    known = [np.asarray(leaf).mean() for leaf in tree.flatten(targets) if is_known(leaf)]
    return float(np.mean(known)) if known else math.nan


def _shape(values: list[float]) -> dict[str, Any] | None:
    """A line through all values, or a parabola through the last ones: below the slope that is wanted a one-sided penalty is flat."""
    largest = max(values) - min(values)
    if largest < MEASURED * max(map(abs, values)):
        return None
    line = np.polyfit(SLOPES, values, 1)
    if np.abs(np.polyval(line, SLOPES) - values).max() < LINEAR * largest:
        return {"shape": "linear", "weight": float(line[0])}
    parabola = np.polyfit(SLOPES[1:], values[1:], 2)
    if np.abs(np.polyval(parabola, SLOPES[1:]) - values[1:]).max() > FITS * largest or parabola[0] <= 0:
        return None
    return {"shape": "parabola", "weight": float(parabola[0]), "wanted": float(-parabola[1] / (2 * parabola[0]))}


def _at_real_rows(look: Look, losses: Losses) -> bool:
    """Whether the rows at which gradients are taken are those that the step is given, unchanged, and no others."""
    targets = {id(leaf) for gradient in look.symbolic().gradients if gradient.of_tensors for leaf in tree.flatten(gradient.target)}
    calls = [one for one in losses.given if one.look is look]
    at = [one for one in calls if targets & {id(leaf) for leaf in tree.flatten(look.symbolic().calls[one.number].outputs)}]
    data = [leaf for leaf in map(flat_rows, filter(np.ndim, look.data)) if leaf.size]
    return bool(at) and all((one.kinds == REAL).all() and any(_same(one.images(REAL), rows) for rows in data) for one in at)


def _same(one: np.ndarray, other: np.ndarray) -> bool:
    return one.shape == other.shape and bool(np.abs(one - other).max() <= SAME_ROWS * np.abs(other).max())
