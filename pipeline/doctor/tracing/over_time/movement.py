"""How far training moves the weights of both networks, and at which rates."""

from typing import Any

import numpy as np
import tensorflow as tf

from pipeline.doctor.tracing import state
from pipeline.doctor.tracing.evidence import PairEvidence
from pipeline.doctor.tracing.record import variable_id
from pipeline.doctor.tracing.roles import Pair, variables_of
from pipeline.doctor.tracing.session import Session


class Movement:
    """For each network and each look: the size of one update, the learning rate, the optimizer's count of its steps; and the first weights."""

    def __init__(self, pair: Pair, session: Session) -> None:
        self.pair, self.session = pair, session
        self.rows: dict[str, list[dict[str, Any]]] = {name: [] for name in pair._fields}
        self.start: dict[int, np.ndarray] = {}

    def look(self, now: PairEvidence) -> None:
        """Add a row for each network that a step of this look was to move."""
        self.start = self.start or self._first_weights(now)
        for name, network in now.networks.items():
            variables = variables_of(network)
            updates = [
                (look, update)
                for look in now.looks
                for update in look.record.updates
                if variables & set(update.variables) and id(update.optimizer) in look.progress
            ]
            if not updates:
                continue
            look, update = updates[-1]
            changes = [change for place, change in look.changes.items() if place in variables]
            size = np.linalg.norm([change.size for change in changes]) if changes else 1.0
            self.rows[name].append(
                {
                    "step": look.step,
                    "update": float(np.linalg.norm([change.step for change in changes]) / max(float(size), 1e-30)) if changes else 0.0,
                    "optimizer": type(update.optimizer).__name__,
                }
                | look.progress[id(update.optimizer)]._asdict()
            )

    def evidence(self) -> dict[str, Any]:
        """The rows by network, how many steps it was trained, and how far its weights are now from the first ones, relative to their size."""
        found = {}
        for name, network in self.pair._asdict().items():
            rows = self.rows[name]
            if rows:
                found[name] = {"rows": rows, "steps": self.session.steps_of(network)} | self._from_start(network)
        return found

    def _first_weights(self, now: PairEvidence) -> dict[int, np.ndarray]:
        places = {id(variable.value.handle): variable_id(variable) for network in now.networks.values() for variable in network.variables}
        known: dict[int, tf.Tensor] = {}
        for look in reversed(now.looks):
            known |= dict(look.start)
        return {place: known[handle].numpy() for handle, place in places.items() if handle in known}

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
