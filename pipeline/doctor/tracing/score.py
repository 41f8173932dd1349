"""Which number of a discriminator's outputs says how real a row is, and in which direction its loss is really moved."""

from typing import Any, NamedTuple

import numpy as np
from keras import tree

from pipeline.doctor.tracing.record import Gradient, Record


class Score(NamedTuple):
    """Which number of a discriminator's outputs says how real a row is.

    Attributes:
        leaf: which of its outputs.
        direction: weights of the output's last axis: the discriminator's loss falls for real rows where the weighted sum rises.
        logits: whether the losses use the logits behind the output.
    """

    leaf: int
    direction: np.ndarray
    logits: bool

    def of(self, call: Any) -> np.ndarray:
        """The score of each row of a call, (n,)."""
        array = call.logits[self.leaf] if self.logits else tree.flatten(call.outputs)[self.leaf]
        return by_channel(array).mean(axis=1) @ self.direction


def by_channel(array: np.ndarray) -> np.ndarray:
    """An output as (n, places, channels): patches are places."""
    array = np.asarray(array, "float64")
    return array.reshape(len(array), -1, array.shape[-1] if array.ndim > 1 else 1)


def applied_sign(record: Record, gradient: Gradient) -> float:
    """-1 where the optimizer is given a gradient with the opposite sign: the script makes its target larger, not smaller."""
    computed = {place: part for place, part in zip(gradient.variables, gradient.of, strict=True) if isinstance(part, np.ndarray)}
    for update in record.updates[gradient.turn :]:
        pairs = [
            (computed[place], given)
            for place, given in zip(update.variables, update.gradients, strict=False)
            if place in computed and isinstance(given, np.ndarray) and given.shape == computed[place].shape
        ]
        if pairs:
            return -1.0 if sum(float(np.vdot(one, other)) for one, other in pairs) < 0 else 1.0
    return 1.0
