"""Weights of a network that no optimizer is ever given, while others of the same network are."""

from typing import Any

from pipeline.doctor.tracing.evidence import PairEvidence
from pipeline.doctor.tracing.record import variable_id
from pipeline.doctor.tracing.roles import Pair, variables_of
from pipeline.doctor.tracing.session import Session


class LeftOut:
    """Over all looks: which weights an optimizer was given or something else moved, and which are trainable at all."""

    def __init__(self, pair: Pair, session: Session) -> None:
        self.pair, self.session = pair, session
        self.reached: set[int] = set()
        self.trainable: set[int] = set()  # at some look: scripts switch the flag, and a part that is frozen on purpose never is
        self.looks = 0

    def look(self, now: PairEvidence) -> None:
        """Add what the latest looks at all parts of the training show."""
        self.looks += 1
        self.reached |= self.session.updated.union(*(look.moved for look in now.looks))
        self.trainable |= {variable_id(variable) for network in self.pair for variable in network.trainable_variables}

    def evidence(self) -> dict[str, Any]:
        """For each network that is trained the paths of its weights that are left out, and how many it has."""
        found: dict[str, Any] = {}
        for name, network in self.pair._asdict().items():
            weights = variables_of(network)
            left = (weights & self.trainable) - self.reached
            if left and weights & self.reached:
                paths = [str(variable.path) for variable in network.variables if variable_id(variable) in left]
                found[name] = {"weights": list(dict.fromkeys(paths)), "of": len(weights)}
        return {"looks": self.looks, "networks": found} if self.looks else {}
