"""Whether all outputs of the generator have a gradient: rounding, for example, passes none."""

from typing import Any

import numpy as np
from keras import tree

from pipeline.doctor.tracing.evidence import PairEvidence
from pipeline.doctor.tracing.record import Call, variable_id
from pipeline.doctor.tracing.roles import Pair, variables_of
from pipeline.doctor.tracing.session import Session


class OutputGradients:
    """At every look: which outputs of the generator's last layer have no gradient at all. For rows of numbers, not for images."""

    def __init__(self, pair: Pair, session: Session) -> None:
        self.pair = pair
        self.without: list[np.ndarray] = []  # for each look, of each output

    def look(self, now: PairEvidence) -> None:
        """Add the gradients of one look."""
        last = self._last_weights(now.samples[-1]) if now.samples else None
        for look in now.looks:
            for gradient in now.losses.events(look.record, "generator"):
                for place, part in zip(gradient.variables, gradient.of, strict=True):
                    if place == last and isinstance(part, np.ndarray):
                        self.without.append((np.reshape(part, (-1, part.shape[-1])) == 0).all(axis=0))

    def evidence(self) -> dict[str, Any]:
        """The numbers of the outputs that had no gradient at any look."""
        if not self.without or len({len(each) for each in self.without}) > 1:
            return {}
        never = np.all(self.without, axis=0)
        return {"looks": len(self.without), "outputs": len(never), "without_gradient": np.flatnonzero(never).tolist()}

    def _last_weights(self, call: Call) -> int | None:
        """The last of the generator's weights that has a column for each number that it draws."""
        outputs = tree.flatten(call.outputs)
        if len(outputs) != 1 or np.ndim(outputs[0]) != 2:
            return None
        mine = variables_of(self.pair.generator)
        known = [variable for variable in self.pair.generator.variables if variable_id(variable) in mine and variable.shape]
        return next((variable_id(variable) for variable in reversed(known) if variable.shape[-1] == np.shape(outputs[0])[1]), None)
