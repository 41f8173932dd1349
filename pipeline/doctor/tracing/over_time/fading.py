"""How much of a gradient is left at the first weights of a network."""

from typing import Any

import keras
import numpy as np

from pipeline.doctor.evidence.layers import weighted_layers
from pipeline.doctor.tracing.evidence import PairEvidence
from pipeline.doctor.tracing.record import variable_id
from pipeline.doctor.tracing.roles import Pair
from pipeline.doctor.tracing.session import Session

FEWEST = 3  # layers


class Fading:
    """At every look, for each network: the gradient of the first matrix over the largest one of any matrix."""

    def __init__(self, pair: Pair, session: Session) -> None:
        self.kernels = {name: _kernels(network) for name, network in pair._asdict().items()}
        self.left: dict[str, list[float]] = {name: [] for name in pair._fields}

    def look(self, now: PairEvidence) -> None:
        """Add the gradients of one look; one that is zero is cut, or waits for weights that start at zero."""
        for name, kernels in self.kernels.items():
            sizes: dict[int, float] = {}
            for look in now.looks:
                for gradient in now.losses.events(look.record, name):
                    parts = zip(gradient.variables, gradient.of, strict=True)
                    sizes |= {place: float(np.linalg.norm(part)) for place, part in parts if place in kernels and isinstance(part, np.ndarray)}
            found = [sizes.get(place, 0.0) for place in kernels]
            if len(found) >= FEWEST and all(size > 0 and np.isfinite(size) for size in found):
                self.left[name].append(found[0] / max(found))

    def evidence(self) -> dict[str, Any]:
        """The share that is left, in the middle of all looks."""
        return {name: {"looks": len(left), "left_at_first_layer": float(np.median(left))} for name, left in self.left.items() if left}


def _kernels(network: keras.Layer) -> list[int]:
    """The matrices of the layers that mix numbers, in their order; tables of embeddings pass nothing on."""
    layers = [layer for layer in weighted_layers(network) if not isinstance(layer, keras.layers.Embedding)]
    found = [next((variable for variable in layer.variables if len(variable.shape) > 1), None) for layer in layers]
    return [variable_id(variable) for variable in found if variable is not None]
