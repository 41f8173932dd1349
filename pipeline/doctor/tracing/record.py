"""What a recorder keeps of one run of a training step: calls of networks, gradients, updates."""

from typing import Any, NamedTuple

import keras

from pipeline.doctor.tracing.places import Place


class Call(NamedTuple):
    """One call of a network.

    Attributes:
        network: the model, or the layer that is called as if it were one.
        parent: the place in the list of the call that this one was made in, or -1.
        inputs: what it was given: tensors in any structure.
        outputs: what it gave: tensors in any structure.
        logits: for each output, what Keras' losses use instead of it (the input of a last sigmoid or softmax), or None.
        batch_norm: whether its batch normalisation used the batch's statistics; both if layers differ, none if it has no such layer.
        turn: how many updates were made before it in the same run.
        place: the line that called it.
    """

    network: keras.Layer
    parent: int
    inputs: Any
    outputs: Any
    logits: list[Any]
    batch_norm: frozenset[bool]
    turn: int
    place: Place | None


class Gradient(NamedTuple):
    """One call of a tape's `gradient`.

    Attributes:
        target: what was differentiated, usually a loss.
        variables: ids of the variables among the sources.
        of: the gradient of each of these variables; None: no path leads to it.
        at: for each call of a network, and each of its outputs, the gradient there and at the logits behind it, if any; None: no path.
        of_tensors: the gradients of sources that are no variables, as in a gradient penalty.
        turn: how many updates were made before it in the same run.
        place: the line that called it.
    """

    target: Any
    variables: list[int]
    of: list[Any]
    at: dict[int, list[list[Any]]]
    of_tensors: list[Any]
    turn: int
    place: Place | None


class Update(NamedTuple):
    """One call of an optimizer's `apply`.

    Attributes:
        optimizer: the optimizer.
        variables: ids of the variables that it was given.
        gradients: what it was given for each of them.
        place: the line that called it.
    """

    optimizer: Any
    variables: list[int]
    gradients: list[Any]
    place: Place | None


class Record(NamedTuple):
    """One run of a training step, or of a part of it; tensors are arrays once it has run."""

    calls: list[Call]
    gradients: list[Gradient]
    updates: list[Update]


def variable_id(variable: Any) -> int:
    """The same for a Keras variable and the TensorFlow variable behind it."""
    return id(variable.value if isinstance(variable, keras.Variable) else variable)
