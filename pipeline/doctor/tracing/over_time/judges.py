"""Which network judges the generator's samples in its own turn: the discriminator that is trained, or a copy of it."""

from typing import Any

import keras
import numpy as np
from keras import tree

from pipeline.doctor.evidence.layers import weights
from pipeline.doctor.tracing.evidence import PairEvidence
from pipeline.doctor.tracing.record import Record
from pipeline.doctor.tracing.roles import Pair, variables_of
from pipeline.doctor.tracing.session import Session


class Judges:
    """At every look: the networks with the discriminator's shapes that the generator's loss depends on in its place."""

    def __init__(self, pair: Pair, session: Session) -> None:
        self.pair, self.session = pair, session
        self.looks = 0  # at which the generator's loss depends on no call of the discriminator, but on a copy
        self.own = 0
        self.copies: dict[int, tuple[keras.Layer, set[int]]] = {}  # by the network's id, with fingerprints of its weights

    def look(self, now: PairEvidence) -> None:
        """Add the generator's gradients of one look."""
        for look in now.looks:
            for gradient in now.losses.events(look.record, "generator"):
                reached = _reached(gradient.at, look.record)
                copies = [network for network in reached if _shapes(network) == _shapes(self.pair.discriminator)]
                if any(network is self.pair.discriminator for network in reached):
                    self.own += 1
                elif copies:
                    self.looks += 1
                    for network in copies:
                        self.copies.setdefault(id(network), (network, set()))[1].add(_fingerprint(network))

    def evidence(self) -> dict[str, Any]:
        """How often the generator's loss depends on a copy alone, and whether that copy is ever trained or moved."""
        known = [
            (network, prints | {_fingerprint(network)})
            for network, prints in self.copies.values()
            if network is not self.pair.generator and not variables_of(network) & variables_of(self.pair.discriminator)
        ]
        trained = any(len(prints) > 1 or variables_of(network) & self.session.updated for network, prints in known)
        if not known:
            return {}
        return {"copies": [str(network.name) for network, _ in known], "looks": self.looks, "looks_at_own": self.own, "copies_move": trained}


def _reached(at: dict[int, list[list[Any]]], record: Record) -> list[keras.Layer]:
    """The networks with a gradient at one of their outputs that is not zero."""
    return [record.calls[number].network for number, parts in at.items() if any(np.any(leaf) for leaf in tree.flatten(parts) if leaf is not None)]


def _shapes(network: keras.Layer) -> list[tuple[int, ...]]:
    return [tuple(variable.shape) for variable in weights(network)]


def _fingerprint(network: keras.Layer) -> int:
    return hash(b"".join(variable.numpy().tobytes() for variable in weights(network)))
