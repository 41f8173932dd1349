"""Training steps that are written directly in a loop, without a function that could be run again: they are observed where they happen."""

import random
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from keras import tree

from pipeline.doctor.tracing import state
from pipeline.doctor.tracing.guard import Guard
from pipeline.doctor.tracing.look import CallMarks, Observed
from pipeline.doctor.tracing.marks import Marks
from pipeline.doctor.tracing.places import Place, caller_place
from pipeline.doctor.tracing.record import Call, Gradient, Record, Update
from pipeline.doctor.tracing.recorder import Recorder

SAME_AGAIN = 6  # updates of the same variables in a row that are taken for a step of one update each
LONGEST = 10, 50  # times the updates of the last step, and more: a step that has more does not end as the last one did
WINDOW, GROWTH = 40, 0.25
REMEMBERED = 200  # calls before the first gradient of a step
MOST_GRADIENTS = 100  # without an update: a script that only measures slopes, or updates weights by itself
LARGE = 10_000_000  # bytes of what a network gave: after so many, less of what was called before is remembered


class Loop(Recorder):
    """Records what is called outside of any compiled step, and divides it into training steps.

    A step ends where the first of its updates comes again after others: with five updates of the critic and one of the generator, after the
    generator's.

    Args:
        variables: reads all variables of all models.
        on_step: called with what was observed of a step that was recorded whole.
    """

    def __init__(self, guard: Guard, variables: Callable[[], state.Variables], on_step: Callable[[Observed], None]) -> None:
        super().__init__(gradients=True, eager=True)
        self.guard, self.marks, self.call_marks = guard, Marks(guard), dict[int, list[np.ndarray]]()
        self.following = ExitStack()
        self.variables, self.on_step = variables, on_step
        self.before: state.Variables | None = None
        self.closing: frozenset[int] | None = None
        self.in_steps = 0  # of the recorded calls: those before the end of the last step, or run of a unit, that trains
        self.updates = 0  # of the last step
        self.steps, self.next = 0, 3  # the first two show where steps end: it is known when the second one has begun
        self.random = random.Random(0)

    def end_call(self, network: keras.Layer, inputs: Any, outputs: Any) -> Any:
        number = self.open[-1]
        outputs = super().end_call(network, inputs, outputs)
        if self.marks.of:
            self.call_marks[number] = [self.marks.rows(leaf) for leaf in tree.flatten(inputs) if hasattr(leaf, "shape")]
            self.marks.mark(network, tree.flatten(outputs))
        self.forget(REMEMBERED)  # many networks draw or measure without training: their outputs must not pile up
        return outputs

    def forget(self, kept: int) -> None:
        """Keep only the latest calls once there are twice as many, while nothing else refers to them by their number."""
        calls = self.record.calls
        if calls and _size(calls[-1]) > LARGE:
            kept = 1
        if len(calls) <= 2 * kept or self.open or self.record.gradients or self.record.updates or self.call_marks:
            return
        cut = len(calls) - kept
        while cut < len(calls) and calls[cut].parent >= 0:
            cut += 1
        calls[:] = [call._replace(parent=max(call.parent - cut, -1)) for call in calls[cut:]]
        self.in_steps = max(0, self.in_steps - cut)

    def unit_ran(self, kept: int) -> None:
        """A unit that trains was run: what was called before belongs to a step, or to what was shown between steps; keep the latest of it."""
        self.in_steps = len(self.record.calls)
        self.forget(kept)

    def since_last_step(self) -> list[Call]:
        """The calls of networks after the last training step, as far as it is known that they are no part of another one."""
        if self.record.gradients or self.record.updates:
            return []
        return [call for call in self.record.calls[self.in_steps :] if call is not None and call.parent < 0]

    def _place(self) -> Place | None:
        return caller_place()  # what runs outside of graphs was not made by autograph

    def outputs_so_far(self, sources: Any) -> dict[int, list[list[Any]]]:
        """A gradient is about to be computed: in a step that is recorded, that is the moment before anything is updated."""
        outputs = super().outputs_so_far(sources)
        if self.gradients and self.before is None and outputs:
            self.before = self.variables()
        return outputs

    def gradient(self, target: Any, sources: Any, found: Any, at: dict[int, list[Any]]) -> None:
        super().gradient(target, sources, found, at)
        if len(self.record.gradients) > MOST_GRADIENTS and not self.record.updates:
            self._forget_all([])

    def update(self, optimizer: Any, gradients: list[Any], variables: list[Any]) -> None:
        super().update(optimizer, gradients if self.gradients else [], variables)
        if len(self.record.updates) > LONGEST[0] * self.updates + LONGEST[1]:
            self._begin_anew()
        if self.closing is None:
            *earlier, latest = [frozenset(update.variables) for update in self.record.updates]
            begins_again = latest in earlier and earlier[-1] != latest
            if begins_again or earlier[-SAME_AGAIN:] == [latest] * SAME_AGAIN:
                self.closing = earlier[-1]
                self._end_step(len(earlier))

    def updated(self) -> None:
        """The optimizer has applied its gradients."""
        if self.closing is not None and self.record.updates and frozenset(self.record.updates[-1].variables) == self.closing:
            self._end_step(len(self.record.updates))

    def _begin_anew(self) -> None:
        """What ended a step comes no more, as where a network was made anew: forget the record, and learn again where steps end."""
        self.closing = None
        self._forget_all(self.record.updates[-1:])

    def _forget_all(self, updates: list[Update]) -> None:
        self.record, self.before, self.call_marks, self.in_steps = Record([], [], updates), None, {}, 0
        self.following.close()
        self.marks, self.gradients, self.next = Marks(self.guard), False, self.steps + 3

    def look_soon(self) -> None:
        """Record the next step whole."""
        self.next = self.steps + 2  # the step that has begun is not followed from its beginning

    def end_step(self) -> None:
        """The script says that a step has ended."""
        if self.record.updates:
            self.closing = frozenset()  # no update ends a step any more
            self._end_step(len(self.record.updates))

    def _end_step(self, updates: int) -> None:
        record, before, marks, self.call_marks = self.record, self.before, self.call_marks, {}
        self.record, self.before, self.steps, self.in_steps = Record([], [], []), None, self.steps + 1, 0
        self.following.close()
        self.updates = updates
        if self.steps == self.next and before is not None and not self.open:
            window = max(WINDOW, int(GROWTH * self.steps))
            self.next = self.steps + 1 + window // 2 + self.random.randrange(window)
            self.on_step(_observed(record, updates, before, marks, dict(self.marks.networks)))
        self.marks = Marks(self.guard)
        self.gradients = self.steps + 1 == self.next
        if self.gradients:
            self.following.enter_context(self.marks.following())


def _observed(record: Record, updates: int, before: state.Variables, marks: CallMarks, networks: dict[int, int]) -> Observed:
    calls = [_with_arrays(call) for call in record.calls if call.turn < updates]
    gradients = [_gradient_with_arrays(gradient) for gradient in record.gradients if gradient.turn < updates]
    changes = state.changes(before)
    hosted = [(call.network, leaf) for call in calls for leaf in tree.flatten(call.outputs) if isinstance(leaf, np.ndarray)]
    applied = [update._replace(gradients=_arrays(update.gradients)) for update in record.updates[:updates]]
    start = {key: value for key, (_, _, value) in before.items()}
    return Observed(Record(calls, gradients, applied), start, hosted, changes, marks, networks)


def _size(call: Call | None) -> int:
    """The bytes that a network gave, as far as they are known."""
    leaves = [] if call is None else tree.flatten(call.outputs)
    tensors = [leaf for leaf in leaves if tf.is_tensor(leaf) and leaf.shape.is_fully_defined()]
    return sum(leaf.shape.num_elements() * leaf.dtype.size for leaf in tensors) + sum(leaf.nbytes for leaf in leaves if isinstance(leaf, np.ndarray))


def _with_arrays(call: Call) -> Call:
    return call._replace(inputs=_arrays(call.inputs), outputs=_arrays(call.outputs), logits=_arrays(call.logits))


def _gradient_with_arrays(gradient: Gradient) -> Gradient:
    parts = {name: _arrays(getattr(gradient, name)) for name in ("target", "of", "at", "of_tensors")}
    return gradient._replace(**parts)


def _arrays(structure: Any) -> Any:
    return tree.map_structure(lambda leaf: np.asarray(tf.convert_to_tensor(leaf)) if tf.is_tensor(leaf) else leaf, structure)
