"""Networks that are made anew while their partner is trained on."""

from typing import Any

import keras

from pipeline.doctor.tracing.evidence import PairEvidence
from pipeline.doctor.tracing.roles import Pair, variables_of
from pipeline.doctor.tracing.session import Session


class BuiltAgain:
    """Whether the latest step trains one network of a pair, and in the place of the other one a model of the same shapes."""

    def __init__(self, pair: Pair, session: Session) -> None:
        self.pair, self.session = pair, session

    def look(self, now: PairEvidence) -> None:
        """Nothing: what was seen last is read when it is asked for."""

    def evidence(self) -> dict[str, Any]:
        """The roles of networks that are no longer trained while another model of their shapes is, beside the same partner."""
        now = self.session.updated_at_last
        trained = [bool(variables_of(network) & now) for network in self.pair]
        if all(trained) or not any(trained):
            return {}
        name, network = next(each for each, still in zip(self.pair._asdict().items(), trained, strict=True) if not still)
        return {"networks": [name]} if any(_is_another(model, network, now) for model in list(self.session.hooks.models)) else {}


def _is_another(model: keras.Model, network: keras.Layer, updated: set[int]) -> bool:
    if not model.built or variables_of(model) & variables_of(network) or not variables_of(model) <= updated:
        return False
    return [tuple(variable.shape) for variable in model.variables] == [tuple(variable.shape) for variable in network.variables]
