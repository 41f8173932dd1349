"""Records calls of networks, gradients and updates while a training step is traced or run."""

from collections.abc import Callable
from typing import Any

import keras
import tensorflow as tf
from keras import tree

from pipeline.doctor.tracing.places import Place, user_place
from pipeline.doctor.tracing.record import Call, Gradient, Record, Update, variable_id

Replace = Callable[[int, Any], Any]  # number of the call, outputs -> the outputs to use instead


class Recorder:
    """Filled by the hooks, for as long as it is the active one.

    Args:
        gradients: whether to ask each tape for the gradients at the networks' outputs, too.
        replace: gives a network's outputs that are to be used instead of its own.
        eager: whether calls count only outside of any graph.
        slope: gives a gradient with respect to rows that is to be used instead of the one that a penalty asks for.
    """

    def __init__(
        self, gradients: bool = False, replace: Replace | None = None, eager: bool = False, slope: Callable[[Any], Any] | None = None
    ) -> None:
        self.gradients, self.replace, self.eager, self.slope = gradients, replace, eager, slope
        self.record = Record([], [], [])
        self.open: list[int] = []  # calls that have not returned
        self.normalised: list[set[bool]] = []  # for each of them
        self.updating = False

    def follows(self, layer: keras.Layer) -> bool:
        """Whether a call is recorded: that of a model, and of a trainable layer outside of any model."""
        return isinstance(layer, keras.Model) or (not self.open and bool(layer.trainable_variables))

    def begin_call(self) -> None:
        """A network is called."""
        self.open.append(len(self.record.calls))
        self.normalised.append(set())
        self.record.calls.append(None)  # type: ignore[arg-type]  # its place in the order of calls; filled when it returns

    def abandon_call(self) -> None:
        """The call raised an error."""
        self.record.calls[self.open[-1]] = Call(keras.layers.Identity(name="abandoned"), -1, (), (), [], frozenset(), 0, None)
        self._close()

    def end_call(self, network: keras.Layer, inputs: Any, outputs: Any) -> Any:
        """The call returned; gives the outputs to go on with."""
        number, normalised = self.open[-1], self.normalised[-1]
        self._close()
        if self.replace:
            outputs = self.replace(number, outputs)
        logits = [logits_behind(leaf) for leaf in tree.flatten(outputs)]
        parent = self.open[-1] if self.open else -1
        self.record.calls[number] = Call(network, parent, inputs, outputs, logits, frozenset(normalised), len(self.record.updates), self._place())
        return outputs

    def _close(self) -> None:
        self.open.pop()
        normalised = self.normalised.pop()
        if self.normalised:
            self.normalised[-1] |= normalised

    def batch_norm(self, by_batch: bool) -> None:
        """A batch normalisation was called inside a network."""
        if self.normalised:
            self.normalised[-1].add(by_batch)

    def outputs_so_far(self, sources: Any) -> dict[int, list[list[Any]]]:
        """The outputs, and the logits behind them, at which a tape's gradient is wanted besides that for its sources."""
        if not self.gradients or not any(map(_is_variable, tf.nest.flatten(sources))):
            return {}
        return {
            number: [[output] if logits is None else [output, logits] for output, logits in zip(tree.flatten(call.outputs), call.logits, strict=True)]
            for number, call in enumerate(self.record.calls)
            if call is not None and all(tf.is_tensor(leaf) for leaf in tree.flatten(call.outputs))
        }

    def gradient(self, target: Any, sources: Any, found: Any, at: dict[int, list[Any]]) -> None:
        """A tape computed a gradient."""
        flat, gradients = tf.nest.flatten(sources), tf.nest.flatten(found)
        pairs = [(source, part) for source, part in zip(flat, gradients, strict=True) if _is_variable(source)]
        variables, of = [variable_id(source) for source, _ in pairs], [part for _, part in pairs]
        others = [part for source, part in zip(flat, gradients, strict=True) if not _is_variable(source)]
        self.record.gradients.append(Gradient(target, variables, of, at, others, len(self.record.updates), self._place()))

    def with_slope(self, sources: Any, found: Any) -> Any:
        """The gradients to go on with, where all sources are tensors."""
        if self.slope is None or any(map(_is_variable, tf.nest.flatten(sources))):
            return found
        return tf.nest.map_structure(self.slope, found)

    def update(self, optimizer: Any, gradients: list[Any], variables: list[Any]) -> None:
        """An optimizer is given gradients, and has not applied them."""
        self.record.updates.append(Update(optimizer, [variable_id(variable) for variable in variables], gradients, self._place()))

    def updated(self) -> None:
        """The optimizer has applied its gradients."""

    def _place(self) -> Place | None:
        """The line of the user's code that is being run."""
        return user_place()


def _is_variable(source: Any) -> bool:
    return isinstance(source, (tf.Variable, keras.Variable))


def logits_behind(output: Any) -> Any:
    """What Keras' losses use in the place of an output that a sigmoid or softmax has made; None if there is no such thing."""
    if hasattr(output, "_keras_logits"):
        return output._keras_logits
    made_by = None if tf.executing_eagerly() or not tf.is_tensor(output) else output.op
    return made_by.inputs[0] if made_by is not None and made_by.type in ("Sigmoid", "Softmax") else None
