"""Who is a generator, and who discriminates its samples: found by which network's output reaches which."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import keras
import numpy as np
from keras import tree

from pipeline.doctor.tracing.flow import outer_networks
from pipeline.doctor.tracing.look import Observed
from pipeline.doctor.tracing.record import Call, Record, variable_id


class Pair(NamedTuple):
    """A generator and a discriminator that is given its samples."""

    generator: keras.Layer
    discriminator: keras.Layer


def find_pairs(looks: Sequence[Observed], hosted: Record) -> list[Pair]:
    """The pairs of networks of which one's outputs reach the other, and that network's outputs no third one."""
    networks = outer_networks([hosted, *(look.record for look in looks)])
    reaches = {(id(a), id(b)) for look in looks for a, b in _edges(look, networks)}
    gives = {a for a, _ in reaches}
    known = {id(network): network for network in networks}
    pairs = [Pair(known[a], known[b]) for a, b in sorted(reaches, key=lambda edge: [list(known).index(place) for place in edge]) if b not in gives]
    updated = {variable for look in looks for update in look.record.updates for variable in update.variables}
    learning = [pair for pair in pairs if updated & variables_of(pair.discriminator)]
    # A network that is never updated may be part of another loss, of a perceptual one for example.
    return [pair for pair in pairs if pair in learning or pair.generator not in [other.generator for other in learning]]


def variables_of(network: keras.Layer) -> set[int]:
    """The ids of a network's weights that gradients could move."""
    return {variable_id(variable) for variable in network.variables if _is_weight(variable)}


def shared_variables(pair: Pair) -> set[int]:
    """The ids of weights that both networks of a pair have; none where one network is a part of the other."""
    one, other = (variables_of(network) for network in pair)
    return set() if one <= other or other <= one else one & other


def own_variables(pair: Pair) -> dict[str, set[int]]:
    """For each network of a pair the ids of the weights that the other one does not have."""
    shared = shared_variables(pair)
    return {name: variables_of(network) - shared for name, network in pair._asdict().items()}


def _is_weight(variable: keras.Variable) -> bool:
    """Not a statistic, a counter or a state of random numbers; `trainable` says nothing, because scripts switch it."""
    return "float" in str(variable.dtype) and "moving_" not in variable.path and "seed" not in variable.path


def _edges(look: Observed, networks: Sequence[keras.Layer]) -> Iterable[tuple[keras.Layer, keras.Layer]]:
    calls = look.record.calls
    for number, source in look.sources(networks).items():
        network = calls[number].network
        marks = np.bitwise_or.reduce([int(np.bitwise_or.reduce(rows)) for rows in look.marks.get(number, []) if len(rows)] or [0])
        yield from ((other, network) for other in networks if other is not network and look.network_marks.get(id(other), 0) & marks)
        yield from ((calls[other].network, network) for other in source.calls if calls[other].network is not network)
        for other, samples in look.hosted:
            if other is not network and matching_rows(calls[number], samples).any():
                yield other, network


def matching_rows(call: Call, samples: np.ndarray) -> np.ndarray:
    """Which rows of what a network was given are rows of `samples`, (n,)."""
    leaves = [leaf for leaf in tree.flatten(call.inputs) if isinstance(leaf, np.ndarray) and leaf.ndim > 1]
    rows = max((len(leaf) for leaf in leaves), default=0)
    known = {row.tobytes() for row in samples.astype("float32")}
    found = np.zeros(rows, bool)
    for leaf in leaves:
        if leaf.shape[1:] == samples.shape[1:] and len(leaf) == rows:
            found |= np.array([row.tobytes() in known for row in leaf.astype("float32")])
    return found
