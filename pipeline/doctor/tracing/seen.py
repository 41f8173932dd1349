"""A network of any script as the measurements take one: called with what it was really given, with one array of scores as its output."""

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
from keras import tree


class Seen:
    """Behaves as the network, but gives one output.

    Args:
        network: the network.
        read: gives one array from its outputs, whatever their structure.
    """

    def __init__(self, network: keras.Layer, read: Callable[[Any], Any]) -> None:
        self.network, self.read = network, read

    def __call__(self, inputs: Any, training: bool = False) -> Any:
        return self.read(call_again(self.network, inputs, training))

    def __getattr__(self, name: str) -> Any:
        return getattr(self.network, name)


def call_again(network: keras.Layer, inputs: Any, training: bool) -> Any:
    """Call a network with inputs as a recorder kept them."""
    named = {"training": training} if network._call_has_training_arg else {}
    if isinstance(inputs, list) and len(network._call_signature.parameters) > 1 and _takes_several(network, len(inputs)):
        return network(*inputs, **named)
    return network(inputs, **named)


def _takes_several(network: keras.Layer, count: int) -> bool:
    """Whether its `call` has so many arguments for tensors."""
    names = [name for name in network._call_signature.parameters if name not in ("training", "mask")]
    return len(names) >= count > 1 and not isinstance(network, (keras.Sequential, keras.src.models.Functional))


def first_output(outputs: Any) -> Any:
    """The first of several outputs."""
    return tree.flatten(outputs)[0]


def few_rows(inputs: Any, chosen: np.ndarray) -> Any:
    """The chosen rows of every array of a structure, as tensors."""
    return tree.map_structure(lambda leaf: keras.ops.convert_to_tensor(np.asarray(leaf)[chosen]), inputs)
