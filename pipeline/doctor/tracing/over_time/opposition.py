"""Whether the generator is trained against the discriminator at all: whose loss it makes smaller, and how much of its gradient comes from it."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from keras import tree

from pipeline.doctor.tracing.evidence import PairEvidence
from pipeline.doctor.tracing.lines import operations_before
from pipeline.doctor.tracing.look import Look
from pipeline.doctor.tracing.record import Gradient, variable_id
from pipeline.doctor.tracing.roles import Pair, own_variables
from pipeline.doctor.tracing.session import Session

LOOKS = 5  # at which the generator's gradient is measured without the discriminator: that is a run more
THE_SAME = 0.99  # cosine of what a tape gave and what an optimizer was given
CUTS = ("StopGradient", "PreventGradient")


class Opposition:
    """At every look that trains the generator: what its gradient depends on."""

    def __init__(self, pair: Pair, session: Session) -> None:
        self.pair, self.variables = pair, own_variables(pair)
        self.depends: list[bool] = []  # for each look, whether the generator's gradient depends on the discriminator's weights
        self.same_loss: list[bool] = []
        self.turned: list[bool] = []  # whether both have one loss, and something may turn its gradient round
        self.shares: list[float] = []  # of the discriminator's part of the gradient to all others

    def look(self, now: PairEvidence) -> None:
        """Add one look at each part of the training that moves the generator."""
        looks = [look for look in now.looks if any(self.variables["generator"] & set(update.variables) for update in look.record.updates)]
        known = [look for look in looks if isinstance(look, Look)]
        if not known or len(known) < len(looks):
            return
        events = [[gradient for gradient in look.symbolic().gradients if self.variables["generator"] & set(gradient.variables)] for look in known]
        self.depends.append(any(self._depends(look, gradients) for look, gradients in zip(known, events, strict=True)))
        one_loss = [look for look in known if self._have_one_loss(look)]
        self.turned.append(any(self._is_turned(look) for look in one_loss))
        self.same_loss.append(bool(one_loss) and not self.turned[-1])
        if len(self.shares) < LOOKS and all(look.replaceable for look in known):
            share = self._share(now, known)
            self.shares += [] if share is None else [share]

    def evidence(self) -> dict[str, Any]:
        """At how many looks the generator's gradient depended on the discriminator, at how many both had one loss, and the largest share.

        Looks at which something may turn the gradient of the one loss round on its way to the generator are counted apart.
        """
        if not self.depends:
            return {}
        found: dict[str, Any] = {
            "looks": len(self.depends),
            "dependent": sum(self.depends),
            "same_loss": sum(self.same_loss),
            "turned": sum(self.turned),
        }
        return found | ({"shares": len(self.shares), "largest_share": max(self.shares)} if self.shares else {})

    def _depends(self, look: Look, gradients: Sequence[Gradient]) -> bool:
        before = operations_before([part for gradient in gradients for part in gradient.of if part is not None])
        handles = {
            id(variable.value.handle) for variable in self.pair.discriminator.variables if variable_id(variable) in self.variables["discriminator"]
        }
        graph = look.traces.plain.function.graph
        return any(inner.op.name in before for outer, inner in graph.captures if id(outer) in handles)

    def _have_one_loss(self, look: Look) -> bool:
        """Whether optimizers move both networks down the gradient of one and the same number."""
        targets: dict[str, set[tuple[int, ...]]] = {"generator": set(), "discriminator": set()}
        for with_arrays, gradient in zip(look.record.gradients, look.symbolic().gradients, strict=True):
            for name, found in targets.items():
                if _is_applied(look, with_arrays, self.variables[name]):
                    found.add(tuple(id(leaf) for leaf in tree.flatten(gradient.target)))
        return len(targets["generator"]) == 1 and targets["generator"] == targets["discriminator"]

    def _is_turned(self, look: Look) -> bool:
        """Whether something between the generator's outputs and the loss may have another gradient than its own."""
        record = look.symbolic()
        before = operations_before([gradient.target for gradient in record.gradients])
        waiting = [leaf for call in record.calls if call.network is self.pair.generator for leaf in tree.flatten(call.outputs) if hasattr(leaf, "op")]
        seen: set[str] = set()
        while waiting:
            for operation in waiting.pop().consumers():
                if operation.name in before and operation.name not in seen:
                    seen.add(operation.name)
                    waiting += operation.outputs
                    if operation.type in CUTS or "_gradient_op_type" in operation.node_def.attr:
                        return True
        return not seen

    def _share(self, now: PairEvidence, looks: Sequence[Look]) -> float | None:
        """The discriminator's part of the generator's gradient, relative to all other parts; None if there is no other, or if one is not finite."""
        whole = np.concatenate([self._gradient(now, look.record) for look in looks])
        other = np.concatenate([self._gradient(now, look.run(look.held([self.pair.discriminator]))) for look in looks])
        size = float(np.linalg.norm(other))
        if len(whole) != len(other) or not size or not np.isfinite(whole).all() or not np.isfinite(other).all():
            return None
        return float(np.linalg.norm(whole - other)) / size

    def _gradient(self, now: PairEvidence, record: Any) -> np.ndarray:
        events = now.losses.events(record, "generator")
        parts = [
            np.ravel(part) if isinstance(part, np.ndarray) else np.zeros(int(np.prod(variable.shape)))
            for gradient in events
            for variable in self.pair.generator.variables
            for place, part in zip(gradient.variables, gradient.of, strict=True)
            if place == variable_id(variable)
        ]
        return np.concatenate([*parts, np.zeros(0)])


def _is_applied(look: Look, gradient: Gradient, variables: set[int]) -> bool:
    """Whether the next update of a network takes this gradient, down its slope."""
    computed = {
        place: part for place, part in zip(gradient.variables, gradient.of, strict=True) if place in variables and isinstance(part, np.ndarray)
    }
    for update in look.record.updates[gradient.turn :]:
        pairs = [
            (computed[place], given)
            for place, given in zip(update.variables, update.gradients, strict=False)
            if place in computed and isinstance(given, np.ndarray) and given.shape == computed[place].shape
        ]
        if pairs:
            one, other = (np.concatenate([np.ravel(pair[side]).astype("float64") for pair in pairs]) for side in (0, 1))
            return float(one @ other) > THE_SAME * float(np.linalg.norm(one) * np.linalg.norm(other)) > 0
    return False
