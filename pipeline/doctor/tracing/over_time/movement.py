"""How far training moves the weights of both networks, and at which rates."""

from itertools import pairwise
from typing import Any

import numpy as np
import tensorflow as tf

from pipeline.doctor.tracing import state
from pipeline.doctor.tracing.evidence import PairEvidence
from pipeline.doctor.tracing.look import Observed
from pipeline.doctor.tracing.record import variable_id
from pipeline.doctor.tracing.roles import Pair, variables_of
from pipeline.doctor.tracing.session import Session


class Movement:
    """For each network and each look: the size of one update, the learning rate, the optimizer's count of its steps; and the first weights."""

    def __init__(self, pair: Pair, session: Session) -> None:
        self.pair, self.session = pair, session
        self.handles = {variable_id(v): id(v.value.handle) for network in pair for v in network.variables}
        self.rows: dict[str, list[dict[str, Any]]] = {name: [] for name in pair._fields}
        self.start: dict[int, np.ndarray] = {}

    def look(self, now: PairEvidence) -> None:
        """Add a row for each network: one that is not updated any more keeps the rate and the count of its last update."""
        self.start = self.start or first_weights(now)
        for name, network in now.networks.items():
            variables = variables_of(network)
            updates = [(look, update) for look in now.looks for update in look.record.updates if variables & set(update.variables)]
            known = [(look, update.optimizer) for look, update in updates if id(update.optimizer) in look.progress]
            if known:
                look, optimizer = known[-1]
                row = {"optimizer": type(optimizer).__name__} | look.progress[id(optimizer)]._asdict()
            elif self.rows[name]:
                look, row = now.looks[-1], self.rows[name][-1]
            else:
                continue
            self.rows[name].append(
                row | {"step": look.step, "update": _update(look, variables) / max(len(updates), 1), "weights": self._fingerprint(variables, look)}
            )

    def evidence(self) -> dict[str, Any]:
        """The rows by network, how many steps it was trained, and how far its weights are now from the first ones, relative to their size."""
        found = {}
        for name, network in self.pair._asdict().items():
            rows = self.rows[name]
            if rows:
                same = [False, *(before["weights"] == row["weights"] for before, row in pairwise(rows))]
                told = [
                    {key: value for key, value in row.items() if key != "weights"} | {"same_as_before": it}
                    for row, it in zip(rows, same, strict=True)
                ]
                found[name] = {"rows": told, "steps": self.session.steps_of(network)} | self._from_start(network)
        return found

    def _fingerprint(self, variables: set[int], look: Observed) -> int:
        """The same for the same weights before a step."""
        handles = [self.handles[place] for place in sorted(variables, key=list(self.handles).index) if place in self.handles]
        return hash(b"".join(look.start[handle].numpy().tobytes() for handle in handles if handle in look.start))

    def _from_start(self, network: Any) -> dict[str, float]:
        weights = [variable for variable in network.variables if variable_id(variable) in variables_of(network) and len(variable.shape) > 1]
        now = state.read(variable.value.handle for variable in weights)
        pairs = [(self.start[variable_id(v)], now[id(v.value.handle)].numpy()) for v in weights if variable_id(v) in self.start]
        before = float(np.linalg.norm([np.linalg.norm(one) for one, _ in pairs])) if pairs else 0.0
        if not before:
            return {}
        moved = float(np.linalg.norm([np.linalg.norm(other - one) for one, other in pairs]))
        after = float(np.linalg.norm([np.linalg.norm(other) for _, other in pairs]))
        return {"moved_from_start": moved / before, "size": after / before}


def _update(look: Observed, variables: set[int]) -> float:
    """How far the weights were moved, over their size."""
    changes = [change for place, change in look.changes.items() if place in variables]
    size = float(np.linalg.norm([change.size for change in changes]))
    return float(np.linalg.norm([change.step for change in changes])) / max(size, 1e-30) if changes else 0.0


def first_weights(now: PairEvidence) -> dict[int, np.ndarray]:
    """The variables of both networks before the steps that were looked at, by their id."""
    places = {id(variable.value.handle): variable_id(variable) for network in now.networks.values() for variable in network.variables}
    known: dict[int, tf.Tensor] = {}
    for look in reversed(now.looks):
        known |= dict(look.start)
    return {place: known[handle].numpy() for handle, place in places.items() if handle in known}
