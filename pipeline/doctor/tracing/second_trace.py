"""A second trace of a training step: the same Python function, traced with a recorder, run on saved and restored state.

The user's own compiled function is never changed, and never run by the doctor.
"""

import contextlib
import io
import sys
import threading
from collections.abc import Callable, Iterator
from typing import Any
from unittest import mock

import numpy as np
import tensorflow as tf
from keras import tree
from tensorflow.python.framework import op_def_registry  # which operations have effects
from tensorflow.python.ops import gen_logging_ops  # where every way to print ends, whatever name a script has for it

from pipeline.doctor.tracing import state
from pipeline.doctor.tracing.as_traced import as_traced
from pipeline.doctor.tracing.hooks import Hooks
from pipeline.doctor.tracing.random_numbers import repeatable
from pipeline.doctor.tracing.record import Call, Gradient, Record
from pipeline.doctor.tracing.recorder import Recorder, logits_behind
from pipeline.doctor.tracing.units import CannotReplayError

Overrides = dict[int, list[tuple[np.ndarray, np.ndarray]]]  # number of a call -> for each output: rows to replace (n,), and the new values
# What an operation with a lasting effect may be called: all that these change are variables, and nothing outlasts the run.
UNDONE = (
    *("Read", "Assign", "Var", "Resource", "Variable", "TensorArray", "Stack", "Empty", "Placeholder"),
    *("Random", "Rng", "Stateful", "Stateless", "Truncated", "Parameterized", "Multinomial"),
    *("While", "If", "Case", "PartitionedCall", "Assert", "CheckNumerics"),
)
AS_IT_IS = -1.0  # no length of a gradient
NO_LENGTH = 1e-20


class SecondTrace:
    """One traced function, which can be run many times.

    Args:
        hooks: the installed hooks.
        step: the user's function.
        arguments: what it was called with; its tensors and arrays become inputs of the trace.
        plain: what a run of the plain trace recorded, with the calls of networks whose outputs can then be replaced; None for the plain trace.
    """

    def __init__(self, hooks: Hooks, step: Callable[..., Any], arguments: Any, plain: Record | None = None, replaced: tuple[int, ...] = ()) -> None:
        self.leaves = tree.flatten(arguments)
        self.places = [place for place, leaf in enumerate(self.leaves) if _is_data(leaf)]
        self.untouched = {number: untouched(plain.calls[number]) for number in replaced} if plain else {}
        self.record = Record([], [], [])

        def body(key: tf.Tensor, data: list[tf.Tensor], overrides: dict[int, list[tuple[tf.Tensor, tf.Tensor]]], slope: tf.Tensor) -> list[tf.Tensor]:
            def replace(number: int, outputs: Any) -> Any:
                return replace_outputs(outputs, overrides[number]) if number in overrides else outputs

            recorder = Recorder(gradients=True, replace=replace, slope=(lambda part: with_slope(part, slope)) if plain else None)
            leaves = list(self.leaves)
            for place, tensor in zip(self.places, data, strict=True):
                leaves[place] = tensor
            with hooks.recording(recorder, inline=True), repeatable(key), _silent(), tf.summary.record_if(False):
                self.returned = tree.flatten(step(*tree.pack_sequence_as(arguments, leaves)))
            self.record = recorder.record
            return self._fetched()

        specs = [tf.TensorSpec(np.shape(leaf), _dtype(leaf)) for leaf in self.data]
        masks = tree.map_structure(lambda array: tf.TensorSpec((None, *array.shape[1:]), tf.as_dtype(array.dtype)), self.untouched)
        traced = tf.function(body, autograph=False)
        with as_traced(), state.preserved_random():  # a step may draw from Python's generators while it is traced
            self.function = traced.get_concrete_function(tf.TensorSpec((), tf.int32), specs, masks, tf.TensorSpec(()))
        self.handles = replayable(self.function)

    @property
    def data(self) -> list[Any]:
        """The tensors and arrays of the arguments."""
        return [self.leaves[place] for place in self.places]

    def run(
        self, data: list[Any], key: int = 0, overrides: Overrides | None = None, start: state.Values | None = None, slope: float = AS_IT_IS
    ) -> Record:
        """Run the step once and restore what it changes.

        Args:
            data: the tensors and arrays of the arguments.
            key: chooses the random numbers.
            overrides: outputs of networks to replace.
            start: values of variables to start from instead of their present ones.
            slope: the length that each row's gradient is to have where a penalty asks for it; the plain trace leaves them as they are.

        Returns:
            The record, with arrays in the place of tensors.
        """
        given = self.untouched | (overrides or {})
        with as_traced(), state.preserved(self.handles):
            state.write(self.handles, start or {})
            fetched = self.function(tf.constant(key, tf.int32), [tf.cast(leaf, _dtype(leaf)) for leaf in data], _tensors(given), tf.constant(slope))
        return self._filled([array.numpy() for array in fetched])

    def _fetched(self) -> list[tf.Tensor]:
        graph = tf.compat.v1.get_default_graph()
        self.fetched = [leaf for leaf in _leaves(self.record) if tf.is_tensor(leaf) and leaf.graph is graph]
        taps = [tf.identity(leaf) for leaf in self.fetched]
        self.taps = {leaf.op.name for leaf in tree.flatten([_parts(tap) for tap in taps])}
        return [tf.convert_to_tensor(tap) for tap in taps]

    def unused_calls(self) -> list[Call]:
        """The calls of networks outside of any other network of which no output is used by an operation, returned or differentiated."""
        return [call for call in self.record.calls if call.parent < 0 and self._is_unused(call)]

    def _is_unused(self, call: Call) -> bool:
        graph, outputs = self.function.graph, tree.flatten(call.outputs)
        if not outputs or not all(tf.is_tensor(leaf) and leaf.graph is graph for leaf in outputs):
            return False
        activations = {leaf.op.name for leaf in outputs}
        made = [leaf for leaf in [*outputs, *call.logits] if leaf is not None]
        users = {consumer.name for leaf in made for consumer in leaf.consumers()}
        asked = [*self.returned, *(leaf for gradient in self.record.gradients for leaf in tree.flatten(gradient.target))]  # as of a gradient penalty
        return not users - self.taps - activations and not any(leaf is other for leaf in made for other in asked)

    def _filled(self, arrays: list[np.ndarray]) -> Record:
        """The record with arrays; None where a tensor belongs to an inner function and cannot be seen."""
        values = dict(zip(map(id, self.fetched), arrays, strict=True))

        def fill(structure: Any) -> Any:
            return tree.map_structure(lambda leaf: values.get(id(leaf)) if _is_tensor(leaf) else leaf, structure)

        calls = [call._replace(inputs=fill(call.inputs), outputs=fill(call.outputs), logits=fill(call.logits)) for call in self.record.calls]
        gradients = [_filled_gradient(gradient, fill) for gradient in self.record.gradients]
        updates = [update._replace(gradients=fill(update.gradients)) for update in self.record.updates]
        return Record(calls, gradients, updates)


def replayable(function: Any) -> dict[int, tf.Tensor]:
    """The handles of all variables that a traced function reads or writes.

    Raises:
        CannotReplayError: if a run of it changes anything else: draws data, calls Python, writes a file, fills a table or a queue.
    """
    graph = function.graph.as_graph_def()
    nodes = [*graph.node, *(node for inner in graph.library.function for node in inner.node_def)]
    lasting = sorted({node.op for node in nodes if _is_lasting(node.op)})
    if lasting:
        raise CannotReplayError(f"The step draws its data, calls Python or changes more than variables while it runs ({', '.join(lasting)}).")
    return state.resource_variables(function)


def _is_lasting(operation: str) -> bool:
    definition = op_def_registry.get(operation)  # a function of the graph's own library has none
    return definition is not None and bool(definition.is_stateful) and not operation.startswith(UNDONE)


def replace_outputs(outputs: Any, overrides: list[tuple[tf.Tensor, tf.Tensor]]) -> Any:
    """Outputs with some rows replaced; where Keras' losses use the logits behind an output, the logits are replaced and activated again."""
    leaves = []
    for output, (rows, values) in zip(tree.flatten(outputs), overrides, strict=True):
        logits = logits_behind(output)
        chosen = tf.reshape(rows, (-1,) + (1,) * (len(output.shape) - 1))
        if logits is None:
            leaves.append(tf.where(chosen, values, output))
            continue
        replaced = tf.where(chosen, values, logits)
        activated = tf.where(chosen, tf.nn.softmax(replaced) if _is_softmax(output) else tf.sigmoid(replaced), output)
        activated._keras_logits = replaced
        leaves.append(activated)
    return tree.pack_sequence_as(outputs, leaves)


def with_slope(gradient: Any, slope: tf.Tensor) -> Any:
    """A gradient with respect to rows, each of the given length; as it is if that is negative, or if it has no rows."""
    if not tf.is_tensor(gradient) or gradient.shape.rank is None or gradient.shape.rank < 2:
        return gradient
    length = tf.sqrt(tf.reduce_sum(tf.square(gradient), axis=list(range(1, gradient.shape.rank)), keepdims=True))
    factor = tf.where(slope < 0, tf.ones_like(length), tf.cast(slope, length.dtype) / tf.maximum(length, NO_LENGTH))
    return gradient * tf.stop_gradient(factor)


def _is_softmax(output: tf.Tensor) -> bool:
    return bool(output.op.type == "Softmax")


def _parts(leaf: Any) -> list[tf.Tensor]:
    return [leaf.values, leaf.indices] if isinstance(leaf, tf.IndexedSlices) else [leaf]


def _leaves(record: Record) -> list[Any]:
    """All tensors of a record."""
    parts = [[call.inputs, call.outputs, call.logits] for call in record.calls]
    parts += [[gradient.target, gradient.of, gradient.at, gradient.of_tensors] for gradient in record.gradients]
    return tree.flatten([parts, [update.gradients for update in record.updates]])


def _filled_gradient(gradient: Gradient, fill: Callable[[Any], Any]) -> Gradient:
    parts = {name: fill(getattr(gradient, name)) for name in ("target", "of", "at", "of_tensors")}
    return gradient._replace(**parts)


def _is_tensor(leaf: Any) -> bool:
    return tf.is_tensor(leaf) or isinstance(leaf, tf.IndexedSlices)


def _is_data(leaf: Any) -> bool:
    return tf.is_tensor(leaf) or (isinstance(leaf, np.ndarray) and leaf.dtype.kind in "fiub")


def _dtype(leaf: Any) -> tf.DType:
    return leaf.dtype if tf.is_tensor(leaf) else tf.as_dtype(leaf.dtype)


def untouched(call: Call) -> list[tuple[np.ndarray, np.ndarray]]:
    """Overrides that replace no row."""
    values = [output if logits is None else logits for output, logits in zip(tree.flatten(call.outputs), call.logits, strict=True)]
    return [(np.zeros(len(value), bool), value) for value in values]


def _tensors(overrides: Overrides) -> Any:
    return {number: [(tf.constant(rows), tf.constant(values)) for rows, values in outputs] for number, outputs in overrides.items()}


@contextlib.contextmanager
def _silent() -> Iterator[None]:
    """What the user's function prints while it is traced was printed by their own trace."""
    silence = (mock.patch.object(*printer, _print_nothing) for printer in ((tf, "print"), (gen_logging_ops, "print_v2")))
    with contextlib.ExitStack() as stack:
        for patch in silence:
            stack.enter_context(patch)
        stack.enter_context(contextlib.redirect_stdout(_Silenced(sys.stdout)))
        stack.enter_context(contextlib.redirect_stderr(_Silenced(sys.stderr)))
        yield


class _Silenced(io.TextIOBase):
    """A stream that drops what this thread writes, and passes on what others write."""

    def __init__(self, stream: Any) -> None:
        self.stream, self.thread = stream, threading.get_ident()

    def write(self, text: str) -> int:
        return len(text) if threading.get_ident() == self.thread else self.stream.write(text)

    def flush(self) -> None:
        self.stream.flush()


def _print_nothing(*printed: Any, **_: Any) -> tf.Operation:
    return tf.group(*(tf.identity(leaf) for leaf in tree.flatten(printed) if tf.is_tensor(leaf)))  # what is printed is used
