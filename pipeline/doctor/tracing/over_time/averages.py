"""Networks of the generator's shape that no optimizer updates: averages of it, copies, and others that samples may be drawn from."""

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
from keras import tree

from pipeline.doctor.evidence.layers import is_statistic
from pipeline.doctor.tracing import state
from pipeline.doctor.tracing.evidence import PairEvidence
from pipeline.doctor.tracing.over_time.movement import first_weights
from pipeline.doctor.tracing.record import Call, variable_id
from pipeline.doctor.tracing.roles import Pair, variables_of
from pipeline.doctor.tracing.session import Session

Weights = frozenset[int]


class Averages:
    """What becomes of each such network while the generator is trained."""

    def __init__(self, pair: Pair, session: Session) -> None:
        self.pair, self.session = pair, session
        self.first: np.ndarray | None = None  # weights of the generator
        self.statistics: list[int] = []  # of the generator's batch normalisation at the first look and now: fingerprints
        self.seen: dict[Weights, list[tuple[int, int]]] = {}  # fingerprints of weights and statistics of each other network, at every look

    def look(self, now: PairEvidence) -> None:
        """Take fingerprints."""
        if self.first is None:
            start = first_weights(now)
            known = [start.get(variable_id(variable)) for variable in _weights(self.pair.generator)]
            self.first = _joined([array for array in known if array is not None]) if all(array is not None for array in known) else np.zeros(0)
        self.statistics = [*self.statistics[:1], _fingerprint(_statistics(self.pair.generator))]
        for weights, network in copies_of(self.pair.generator, self.session).items():
            self.seen.setdefault(weights, []).append((_fingerprint(_weights(network)), _fingerprint(_statistics(network))))

    def evidence(self) -> dict[str, Any]:
        """For each network: whether it moved, how far it is from the generator, and whether samples are drawn from it."""
        now = _values(_weights(self.pair.generator))
        if self.first is None or self.first.shape != now.shape or not np.isfinite(now).all():
            return {}
        moved = float(np.linalg.norm(now - self.first))
        found = []
        for weights, network in copies_of(self.pair.generator, self.session).items():
            prints = [*self.seen.get(weights, []), (_fingerprint(_weights(network)), _fingerprint(_statistics(network)))]
            calls = drawn_calls(self.session, [weights])
            values = _values(_weights(network))
            found.append(
                {
                    "name": str(network.name),
                    "looks": len(prints) - 1,
                    "moved": len({weights for weights, _ in prints}) > 1,
                    "statistics_moved": len({statistics for _, statistics in prints}) > 1 if _statistics(network) else None,
                    "from_first": float(np.linalg.norm(values - self.first)) / max(moved, 1e-12),
                    "from_generator": float(np.linalg.norm(values - now)) / max(moved, 1e-12),
                    "drawn": sum(map(rows_drawn, calls)),
                    "by_batch": any(True in call.batch_norm for call in calls),
                    "place": next((str(call.place) for call in calls if call.place), str(self.session.hooks.built.get(network) or "")),
                }
            )
        return {
            "networks": found,
            "generator_moved": moved / max(float(np.linalg.norm(self.first)), 1e-12),
            "generator_statistics_moved": len({*self.statistics, _fingerprint(_statistics(self.pair.generator))}) > 1,
            "drawn_from_generator": sum(map(rows_drawn, drawn_calls(self.session, [_key(self.pair.generator)]))),
        }


def copies_of(generator: keras.Layer, session: Session) -> dict[Weights, keras.Model]:
    """The models with variables of the same shapes that no optimizer was given, each once, by the ids of their variables."""
    shapes, found = _shapes(generator), dict[Weights, keras.Model]()
    updated = session.updated
    for model in list(session.hooks.models):
        if model.built and _shapes(model) == shapes and not (variables_of(model) & (variables_of(generator) | updated)):
            found.setdefault(_key(model), model)
    return found


def drawn_calls(session: Session, networks: Sequence[Weights]) -> list[Call]:
    """The calls of one of these networks since the last training step."""
    return [call for call in session.host.since_last_step() if call.network.built and _key(call.network) in networks]


def rows_drawn(call: Call) -> int:
    """How many samples a call drew."""
    return max((len(leaf) for leaf in tree.flatten(call.outputs) if np.ndim(leaf)), default=0)


def _key(network: keras.Layer) -> Weights:
    return frozenset(variables_of(network))


def _shapes(network: keras.Layer) -> list[tuple[int, ...]]:
    return [tuple(variable.shape) for variable in network.variables if "seed" not in variable.path]


def _weights(network: keras.Layer) -> list[keras.Variable]:
    return [variable for variable in network.variables if variable_id(variable) in variables_of(network) and len(variable.shape) > 1]


def _statistics(network: keras.Layer) -> list[keras.Variable]:
    return [variable for variable in network.variables if is_statistic(variable)]


def _arrays(variables: Sequence[keras.Variable]) -> list[np.ndarray]:
    handles = [variable.value.handle for variable in variables]
    values = state.read(handles)
    return [values[id(handle)].numpy() for handle in handles]


def _values(variables: Sequence[keras.Variable]) -> np.ndarray:
    return _joined(_arrays(variables))


def _joined(arrays: Sequence[np.ndarray]) -> np.ndarray:
    return np.concatenate([np.ravel(array) for array in arrays] or [np.zeros(0)]).astype("float64")


def _fingerprint(variables: Sequence[keras.Variable]) -> int:
    return hash(b"".join(array.tobytes() for array in _arrays(variables)))
