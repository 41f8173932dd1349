"""Weights that no optimizer is ever given, while others of the same network are, or the network that they feed is."""

from typing import Any

import keras
from keras import tree

from pipeline.doctor.tracing.evidence import PairEvidence
from pipeline.doctor.tracing.lines import operations_before
from pipeline.doctor.tracing.record import Record, variable_id
from pipeline.doctor.tracing.roles import Pair, variables_of
from pipeline.doctor.tracing.session import Session


class LeftOut:
    """Over all looks: which weights an optimizer was given or something else moved, and which are trainable at all."""

    def __init__(self, pair: Pair, session: Session) -> None:
        self.pair, self.session = pair, session
        self.reached: set[int] = set()
        self.trainable: set[int] = set()  # at some look: scripts switch the flag, and a part that is frozen on purpose never is
        self.feeding: dict[int, keras.Layer] = {}  # networks whose outputs the generator is given, such as an encoder
        self.looks = 0

    def look(self, now: PairEvidence) -> None:
        """Add what the latest looks at all parts of the training show."""
        self.looks += 1
        self.reached |= self.session.updated.union(*(look.moved for look in now.looks))
        for look in now.looks:
            self.feeding |= {id(network): network for network in _feeding(look.symbolic(), self.pair)}
        networks = [*self.pair, *self.feeding.values()]
        self.trainable |= {variable_id(variable) for network in networks for variable in network.trainable_variables}

    def evidence(self) -> dict[str, Any]:
        """The weights that are left out, and how many there are, for each network that is trained; what feeds the generator and never is."""
        found: dict[str, Any] = {}
        for name, network in self.pair._asdict().items():
            weights = variables_of(network)
            left = (weights & self.trainable) - self.reached
            if left and weights & self.reached:
                paths = [str(variable.path) for variable in network.variables if variable_id(variable) in left]
                found[name] = {"weights": list(dict.fromkeys(paths)), "of": len(weights)}
        never = [str(network.name) for network in self.feeding.values() if (own := variables_of(network) & self.trainable) and not own & self.reached]
        return {"looks": self.looks, "networks": found, "never_trained": never} if self.looks else {}


def _feeding(record: Record, pair: Pair) -> list[keras.Layer]:
    """The other networks with weights whose outputs the generator's inputs depend on, as far as the step was traced."""
    before = operations_before([call.inputs for call in record.calls if call.network is pair.generator])
    others = [call for call in record.calls if call.parent < 0 and call.network not in pair and call.network.trainable_variables]
    return [call.network for call in others if any(hasattr(leaf, "graph") and leaf.op.name in before for leaf in tree.flatten(call.outputs))]
