"""Which lines of the user's code a finding may be about."""

from collections.abc import Mapping, Sequence
from typing import Any

import keras
from keras import tree

from pipeline.doctor.evidence.step_recorder import FAKE
from pipeline.doctor.tracing.look import Observed
from pipeline.doctor.tracing.losses import Losses
from pipeline.doctor.tracing.origins import Given
from pipeline.doctor.tracing.places import Place, operation_place
from pipeline.doctor.tracing.roles import variables_of


def lines_of(networks: Mapping[str, keras.Layer], losses: Losses, looks: Sequence[Observed], built: Mapping[Any, Place]) -> dict[str, str]:
    """For each network the lines that build it, call it, use its outputs in a loss, compute its gradient and update it, as far as they are known.

    The lines of its layers stand under "layer" and the layer's name, or the path of one of its variables.

    Args:
        networks: the networks by their role.
        losses: their losses.
        looks: what was seen of each unit.
        built: the lines that made layers, optimizers and schedules.
    """
    found: list[tuple[str, Place | str | None]] = []
    for name, network in networks.items():
        for given in losses.calls_in_turn(name):
            found.append(("discriminator_call" if name == "discriminator" else "generators_turn", given.call.place))
            if (given.kinds == FAKE).any():
                found.append((f"{name}_judges_samples", given.call.place))
            found += [(f"{name}_loss", place) for place in _loss_places(given, losses, name)]
        found.append((f"{name}_built", built.get(network)))
        for look in looks:
            found += [(f"{name}_call", call.place) for call in look.record.calls if call.network is network]
            found += [(f"{name}_unused", call.place) for call in look.unused_calls() if call.network is network]
            found += [(f"{name}_gradient", gradient.place) for gradient in losses.events(look.record, name)]
            for update in look.record.updates:
                if variables_of(network) & set(update.variables):
                    found += [(f"{name}_update", update.place), *_optimizer_places(name, update.optimizer, built)]
        found += _layer_places(network, built)
    return {name: str(place) for name, place in reversed(found) if place is not None}


def _optimizer_places(name: str, optimizer: Any, built: Mapping[Any, Place]) -> list[tuple[str, Place | None]]:
    """The lines that made a network's optimizer and, if it has one, its schedule."""
    schedule = getattr(optimizer, "_learning_rate", None)
    is_schedule = isinstance(schedule, keras.optimizers.schedules.LearningRateSchedule)
    return [(f"{name}_optimizer", built.get(optimizer)), (f"{name}_schedule", built.get(schedule) if is_schedule else None)]


def _layer_places(network: keras.Layer, built: Mapping[Any, Place]) -> list[tuple[str, Place | None]]:
    layers = [layer for layer in network._flatten_layers(include_self=False) if layer in built]
    return [(f"layer {key}", built[layer]) for layer in layers for key in (layer.name, *(variable.path for variable in layer.variables))]


def _loss_places(given: Given, losses: Losses, name: str) -> list[Place]:
    """The lines after the discriminator's call that use its output for a network's loss; first those that the other network's loss does not use."""
    record = given.look.symbolic()
    call = record.calls[given.number]
    leaves = [leaf for leaf in [*tree.flatten(call.outputs), *call.logits] if hasattr(leaf, "graph")]
    mine, others = (operations_before([gradient.target for gradient in losses.events(record, network)]) for network in (name, _other(name)))
    consumers = {consumer.name: consumer for leaf in leaves for consumer in leaf.consumers() if consumer.name in mine}
    ordered = sorted(consumers.values(), key=lambda operation: (operation.name in others, mine[operation.name]))
    places = [place for operation in ordered if (place := operation_place(operation))]
    return sorted(places, key=lambda place: place == call.place)  # a loss may be written in the line of the call


def _other(name: str) -> str:
    return "discriminator" if name == "generator" else "generator"


def operations_before(targets: list[Any]) -> dict[str, int]:
    """The names of all operations that lead to these tensors, numbered from the tensors backwards."""
    waiting = [leaf.op for leaf in tree.flatten(targets) if hasattr(leaf, "graph")]
    found: dict[str, int] = {}
    while waiting:
        operation = waiting.pop()
        if operation.name not in found:
            found[operation.name] = len(found)
            waiting += [tensor.op for tensor in operation.inputs]
    return found
