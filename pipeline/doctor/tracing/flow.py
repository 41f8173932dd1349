"""Which network's outputs reach which network's inputs, read from the graph of a traced step."""

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

import keras
import tensorflow as tf
from keras import tree

from pipeline.doctor.tracing.record import Call, Record


class Source(NamedTuple):
    """What reaches the inputs of a call, up to the next networks before it."""

    calls: frozenset[int]  # numbers of the calls whose outputs do
    data: bool  # whether the step's own arguments do


def sources(record: Record, networks: Iterable[keras.Layer], arguments: Iterable[tf.Tensor]) -> dict[int, Source]:
    """For each call of one of the networks, what reaches its inputs.

    Args:
        record: the record of a traced step, with tensors.
        networks: the networks; what lies inside of them does not count.
        arguments: the tensors of the graph that stand for the step's arguments.
    """
    wanted = {id(network) for network in networks}
    calls = {number: call for number, call in enumerate(record.calls) if id(call.network) in wanted}
    made = {id(leaf): number for number, call in calls.items() for leaf in [*tree.flatten(call.outputs), *call.logits] if leaf is not None}
    given = {id(argument) for argument in arguments}
    return {number: _reach([leaf for leaf in tree.flatten(call.inputs) if tf.is_tensor(leaf)], made, given) for number, call in calls.items()}


def _reach(tensors: list[Any], made: dict[int, int], given: set[int]) -> Source:
    found: set[int] = set()
    data, seen, waiting = False, set[int](), list(tensors)
    while waiting:
        tensor = waiting.pop()
        if id(tensor) in seen or not hasattr(tensor, "op"):
            continue
        seen.add(id(tensor))
        if id(tensor) in made:
            found.add(made[id(tensor)])
            continue
        data |= id(tensor) in given
        waiting += tensor.op.inputs
    return Source(frozenset(found), data)


def outer_networks(records: Iterable[Record]) -> list[keras.Layer]:
    """The networks that are called outside of any other, but not those that only put such networks together."""
    records = list(records)
    outer = {id(call.network): call.network for record in records for call in record.calls if call.parent < 0}
    composed = {id(ancestor) for record in records for call in record.calls if id(call.network) in outer for ancestor in _ancestors(record, call)}
    return [network for place, network in outer.items() if place not in composed and network.variables]


def _ancestors(record: Record, call: Call) -> Iterator[keras.Layer]:
    while call.parent >= 0:
        call = record.calls[call.parent]
        yield call.network
