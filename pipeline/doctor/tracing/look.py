"""Looks at a unit: its second traces, and what their runs from a saved state show."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import keras
import numpy as np
import tensorflow as tf
from keras import tree

from pipeline.doctor.tracing import state
from pipeline.doctor.tracing.flow import Source, sources
from pipeline.doctor.tracing.hooks import Hooks
from pipeline.doctor.tracing.record import Call, Record
from pipeline.doctor.tracing.second_trace import AS_IT_IS, Overrides, SecondTrace, untouched

NOISE = 0.1  # of the spread of a network's outputs: enough to show at every element, little enough to stay in a network's range
REPLAY = "a second run of the training step"
UNTOUCHED = "what the losses want of other outputs than those that the networks gave"
SAME = 1e-4  # two traces of the same step may be compiled to different roundings
SAME_AFTER_UPDATES = 0.1  # which an optimizer that divides by the gradient's size makes large


class Traces:
    """The second traces of one unit: a plain one, and one with replaceable networks.

    Args:
        hooks: the installed hooks.
        step: the user's function.
        arguments: what it was called with.
        start: values of variables before that call, as far as they are known.
    """

    def __init__(self, hooks: Hooks, step: Callable[..., Any], arguments: Any, start: state.Values) -> None:
        self.plain = SecondTrace(hooks, step, arguments)
        start = state.read(self.plain.handles.values()) | dict(start)
        record = self.plain.run(self.plain.data, start=start)
        self.replaced = tuple(number for number, call in enumerate(record.calls) if _can_be_replaced(call.outputs))
        self.replaceable: SecondTrace | None = None
        with hooks.guard.part(UNTOUCHED):
            self.replaceable = self._replaceable(hooks, step, arguments, record, start)

    def _replaceable(self, hooks: Hooks, step: Callable[..., Any], arguments: Any, record: Record, start: state.Values) -> SecondTrace:
        """Trace the step once more, so that outputs of networks can be replaced; the untouched replay must agree with the plain run."""
        trace = SecondTrace(hooks, step, arguments, record, self.replaced)
        again = trace.run(trace.data, start=start)
        for before, after in zip(record.gradients, again.gradients, strict=True):
            slack = SAME_AFTER_UPDATES if before.turn else SAME
            if not np.allclose(_flat(before.target), _flat(after.target), rtol=slack, atol=slack, equal_nan=True):
                raise ValueError(f"The losses of a second run differ from those of the first: {before.target} and {after.target}.")
        return trace

    def data_of(self, arguments: Any) -> list[Any] | None:
        """The tensors and arrays of other arguments, or None if they do not have the shapes that were traced."""
        leaves = tree.flatten(arguments)
        if len(leaves) != len(self.plain.leaves):
            return None
        data = [leaves[place] for place in self.plain.places]
        return data if list(map(_kind, data)) == list(map(_kind, self.plain.data)) else None


class Progress(NamedTuple):
    """How far an optimizer has come."""

    rate: float  # the learning rate now: a schedule is asked for the step that it has reached
    iterations: int


CallMarks = dict[int, list[np.ndarray]]  # number of a call -> for each leaf of its inputs, the marks of its rows
Hosted = Sequence[tuple[keras.Layer, np.ndarray]]


class Observed:
    """What was seen while the user's own step ran, where it cannot be run again.

    Attributes:
        record: what was recorded: arrays of a step that ran eagerly, tensors without values of one that was compiled.
        start: values of variables before the step.
        hosted: outputs of networks that were called outside of any unit, or eagerly: pairs of a network and an array.
        changes: of the variables that the step changed, by their id.
        marks: of a step that ran eagerly: for each call and each leaf of its inputs, where its rows come from, and the networks' marks.
        replaceable: whether outputs of networks can be replaced.
        step: how many times this part of the training was run, with the run that was looked at.
        progress: of each optimizer, by its id.
    """

    replaceable = False
    step = 1

    def __init__(
        self,
        record: Record,
        start: state.Values,
        hosted: Hosted,
        changes: dict[int, state.Change],
        marks: CallMarks | None = None,
        networks: dict[int, int] | None = None,
    ) -> None:
        self.record, self.start, self.hosted, self.changes = record, start, list(hosted), changes
        self.marks, self.network_marks = marks or {}, networks or {}
        self.progress = {id(update.optimizer): _progress(update.optimizer) for update in record.updates if hasattr(update.optimizer, "iterations")}

    @property
    def moved(self) -> set[int]:
        """The ids of the variables that the step changed."""
        return set(self.changes)

    def sources(self, networks: Sequence[keras.Layer]) -> dict[int, Source]:
        """What reaches the inputs of each call of one of the networks, if it was traced."""
        return sources(self.record, networks, [])

    def symbolic(self) -> Record:
        """The record with the tensors of a graph."""
        return self.record

    def unused_calls(self) -> list[Call]:
        """The calls of networks whose outputs nothing uses, as far as that is known."""
        return []


class Look(Observed):
    """What one unit does with given data, from the state before its call.

    Attributes:
        record: its plain run, with arrays.
        data: the tensors and arrays that it was given.
        step: also the key of its random numbers: those of another look are others.
    """

    def __init__(self, traces: Traces, data: list[Any], step: int, start: state.Values, hosted: Hosted, changes: dict[int, state.Change]) -> None:
        self.traces, self.data, self.step = traces, data, step
        start = state.read(traces.plain.handles.values()) | dict(start)
        super().__init__(traces.plain.run(data, step, start=start), start, hosted, changes)

    def symbolic(self) -> Record:
        """The record with the tensors of a graph."""
        return self.traces.plain.record

    def sources(self, networks: Sequence[keras.Layer]) -> dict[int, Source]:
        """What reaches the inputs of each call of one of the networks."""
        graph = self.traces.plain.function.graph
        constants = [inner for outer, inner in graph.captures if outer.dtype.is_floating and len(outer.shape) > 1]
        return sources(self.traces.plain.record, networks, [*graph.inputs, *constants])

    def unused_calls(self) -> list[Call]:
        """The calls of networks whose outputs nothing uses."""
        return self.traces.plain.unused_calls()

    def run(self, overrides: Overrides | None = None, data: list[Any] | None = None, key: int | None = None, slope: float = AS_IT_IS) -> Record:
        """A run with outputs replaced, with other data, with other random numbers, or with other slopes for a penalty."""
        if self.traces.replaceable is None:
            raise ValueError("The outputs of this step's networks cannot be replaced.")
        data, key = self.data if data is None else data, self.step if key is None else key
        return self.traces.replaceable.run(data, key, overrides=self._all(overrides or {}), start=self.start, slope=slope)

    def _all(self, overrides: Overrides) -> Overrides:
        return {number: untouched(self.record.calls[number]) for number in self.traces.replaced} | overrides

    @property
    def replaceable(self) -> bool:  # type: ignore[override]
        """Whether outputs of networks can be replaced."""
        return self.traces.replaceable is not None

    def held(self, networks: Sequence[keras.Layer]) -> Overrides:
        """Overrides that keep these networks' outputs as they were, whatever else changes."""
        return {number: [(~rows, values) for rows, values in untouched(self.record.calls[number])] for number in self._calls_of(networks)}

    def perturbed(self, networks: Sequence[keras.Layer]) -> Overrides:
        """Overrides that add a little noise to every output of these networks."""
        random = np.random.default_rng(0)

        def noisy(values: np.ndarray) -> np.ndarray:
            return (values + NOISE * (values.std() + 0.01) * random.standard_normal(values.shape)).astype(values.dtype)

        return {number: [(~rows, noisy(values)) for rows, values in untouched(self.record.calls[number])] for number in self._calls_of(networks)}

    def other_data(self) -> list[Any]:
        """The step's data with its rows in another order."""
        rows = max((len(leaf) for leaf in self.data if np.ndim(leaf)), default=0)
        return [_rolled(leaf) if np.ndim(leaf) and len(leaf) == rows else leaf for leaf in self.data]

    def _calls_of(self, networks: Sequence[keras.Layer]) -> list[int]:
        return [number for number in self.traces.replaced if any(self.record.calls[number].network is network for network in networks)]


def _progress(optimizer: Any) -> Progress:
    return Progress(float(np.asarray(optimizer.learning_rate)), int(np.asarray(optimizer.iterations)))


def _kind(leaf: Any) -> tuple[Any, str]:
    """Shape and type."""
    return np.shape(leaf), str(tf.as_dtype(leaf.dtype).name)


def _rolled(leaf: Any) -> np.ndarray:
    array = np.asarray(leaf)
    rolled = np.roll(array, 1, axis=0)
    if array.dtype.kind == "f" and array.ndim > 1 and np.array_equal(rolled, array):
        return array + np.random.default_rng(0).standard_normal(array.shape).astype(array.dtype)
    return rolled


def _can_be_replaced(outputs: Any) -> bool:
    """Whether they are numbers by row, and could be seen: those inside of a loop that TensorFlow runs cannot."""
    leaves = tree.flatten(outputs)
    return bool(leaves) and all(isinstance(leaf, np.ndarray) and leaf.ndim > 0 and leaf.dtype.kind == "f" for leaf in leaves)


def _flat(structure: Any) -> np.ndarray:
    return np.concatenate([np.ravel(np.asarray(leaf, "float64")) for leaf in tree.flatten(structure) if leaf is not None] or [np.zeros(0)])
