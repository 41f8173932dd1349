"""What the optimizers are given, against the gradients that the tapes computed in the same step."""

from collections.abc import Iterable
from typing import Any

import numpy as np

from pipeline.doctor.tracing.evidence import PairEvidence
from pipeline.doctor.tracing.roles import Pair, variables_of
from pipeline.doctor.tracing.session import Session


class Applied:
    """At every look, for each network: the size of what its optimizer is given, and of the gradients of the same step."""

    def __init__(self, pair: Pair, session: Session) -> None:
        self.variables = {name: variables_of(network) for name, network in pair._asdict().items()}
        self.sizes: dict[str, list[tuple[float, float]]] = {name: [] for name in pair._fields}

    def look(self, now: PairEvidence) -> None:
        """Add one look; a step that accumulates gradients, and applies none, is left out."""
        for name, mine in self.variables.items():
            for look in now.looks:
                updates = [update for update in look.record.updates if mine & set(update.variables)]
                events = now.losses.events(look.record, name)
                if len(updates) == 1 and len(events) == 1:
                    given, computed = _size(updates[0].gradients), _size(events[0].of)
                    if given and computed:
                        self.sizes[name].append((given, computed))

    def evidence(self) -> dict[str, Any]:
        """For each network: the middle of what is given over what was computed, in the first and the last third of the looks, and its growth."""
        found: dict[str, Any] = {}
        for name, sizes in self.sizes.items():
            third = len(sizes) // 3
            if third:
                given, ratio = (np.array([pair[0] for pair in sizes]), np.array([one / other for one, other in sizes]))
                found[name] = {
                    "looks": len(sizes),
                    "given_over_computed_at_first": float(np.median(ratio[:third])),
                    "given_over_computed": float(np.median(ratio[-third:])),
                    "growth": float(np.median(given[-third:]) / np.median(given[:third])),
                }
        return found


def _size(gradients: Iterable[Any]) -> float | None:
    """The norm of all of them; None if they are not known, or not numbers."""
    known = [np.linalg.norm(np.ravel(part)) for part in gradients if isinstance(part, np.ndarray)]
    size = float(np.linalg.norm(known)) if known else 0.0
    return size if np.isfinite(size) and size > 0 else None
