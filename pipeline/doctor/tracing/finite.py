"""The first of a step's tensors that is not finite."""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import tensorflow as tf
from keras import tree

from pipeline.doctor.evidence.step_recorder import FAKE, REAL
from pipeline.doctor.tracing.look import Look, Observed
from pipeline.doctor.tracing.losses import Losses
from pipeline.doctor.tracing.origins import Given

MOST = 1_000_000  # numbers that are looked at in every step: that takes less than a millisecond


def first_not_finite(looks: Sequence[Observed], given: Sequence[Given], losses: Losses) -> str | None:
    """What has a number that is not finite: the step's data, real rows, samples, losses or gradients, in this order; None if all are finite."""
    data = [np.asarray(leaf) for look in looks if isinstance(look, Look) for leaf in look.data]
    parts: list[tuple[str, list[Any]]] = [("what the step is given", [array for array in data if array.dtype.kind == "f"])]
    parts += [("real rows", [one.images(REAL) for one in given]), ("samples", [one.images(FAKE) for one in given])]
    for name in ("discriminator", "generator"):
        events = [gradient for look in looks for gradient in losses.events(look.record, name)]
        parts.append((f"the {name}'s loss", [leaf for gradient in events for leaf in tree.flatten(gradient.target)]))
        parts.append((f"the {name}'s gradient", [part for gradient in events for part in gradient.of]))
    return next((name for name, arrays in parts if any(is_known(array) and not np.isfinite(array).all() for array in arrays)), None)


def is_known(part: Any) -> bool:
    """Not a tensor of a graph, as of a step that could not be run again."""
    return isinstance(part, (np.ndarray, np.generic))


def all_finite(leaves: Iterable[Any]) -> bool:
    """Whether no array or tensor among these has a number that is not finite; large ones are not looked at."""
    return all(_is_finite(np.asarray(leaf)) for leaf in leaves if isinstance(leaf, (np.ndarray, tf.__internal__.EagerTensor)))


def _is_finite(array: np.ndarray) -> bool:
    return array.size > MOST or not tf.as_dtype(array.dtype).is_floating or bool(np.isfinite(array).all())
