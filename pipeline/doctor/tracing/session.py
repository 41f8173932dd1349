"""Decides when to look, and keeps what the looks show."""

import gc
import random
from collections.abc import Callable, Iterable
from typing import Any

import keras
import numpy as np
from keras import tree

from pipeline.doctor.tracing import state
from pipeline.doctor.tracing.finite import all_finite
from pipeline.doctor.tracing.guard import Guard
from pipeline.doctor.tracing.hooks import Hooks
from pipeline.doctor.tracing.look import REPLAY, Look, Observed, Traces
from pipeline.doctor.tracing.loop import Loop
from pipeline.doctor.tracing.record import Call, Record
from pipeline.doctor.tracing.recorder import Recorder
from pipeline.doctor.tracing.roles import variables_of
from pipeline.doctor.tracing.units import CannotReplayError, Unit, follow_train_function, unfollow_train_function, unit_hooks

PATIENCE = 3  # looks at others, until a unit that is run rarely is looked at in its next call: all are compared with each other
FIRST_LOOKS = 2  # in a row: a discriminator may be given real images and samples in two calls of the same function
REMEMBERED = 16  # calls of networks outside of any unit
HOST = 0  # the key of what is trained outside of any unit
WINDOW, GROWTH = 60, 0.25  # calls between two looks, and the share of the calls so far


class UnitState:
    """What is known of one unit."""

    def __init__(self, unit: Unit, number: int) -> None:
        self.unit = unit
        self.calls = 0
        self.trains: bool | None = None
        self.traced: Record | None = None  # by the user's own trace, with tensors
        self.traces: list[Traces] = []
        self.replays = True  # until a second trace has failed, which takes long
        self.first: list[Observed] = []
        self.latest: Observed | None = None
        self.next = 1
        self.waited_for = 0  # looks at others since the last one at this
        self.random = random.Random(number)

    def looks_next(self, alone: bool) -> bool:
        """Whether to look at the next call; `alone`: no other unit was called since the first look."""
        if self.trains is False:
            return False
        due = self.calls + 1 == self.next or self.waited_for >= PATIENCE
        return due or (alone and self.calls < FIRST_LOOKS and len(self.first) == 1 and not self.is_whole)

    @property
    def is_whole(self) -> bool:
        """Whether one call trains several networks: then the next call shows nothing new."""
        return trains_several(self.first)

    def looked(self) -> None:
        """Choose the next call to look at: a random one of the next window, so that no period of the script's own is met always or never."""
        self.waited_for = 0
        window = max(WINDOW, int(GROWTH * self.calls))
        self.next = self.calls + 1 + window // 2 + self.random.randrange(window)


class Session:
    """The installed hooks, the units that they recognised, and the looks at them.

    Attributes:
        guard: notes what failed.
        hooks: the hooks.
        inside: whether a unit is being run.
        units: what is known of each unit, by key.
        on_look: called after a look.
        not_finite_given: the first call of a unit that was given a number that is not finite, by the unit's own count; None if there was none.
    """

    def __init__(self) -> None:
        self.guard = Guard()
        self.hooks = Hooks(self.guard)
        self.inside = False
        self.units: dict[int, UnitState] = {}
        self.last: UnitState | None = None
        self.host = Loop(self.guard, self._variables, self._observed)
        self.observed: Observed | None = None  # the first step of a loop without compiled functions
        self.latest_observed: Observed | None = None
        self.on_look: Callable[[], None] = lambda: None
        self.not_finite_given: int | None = None
        self.closed = False

    def install(self) -> None:
        """Begin to follow what trains in this process."""
        self.hooks.recorder = self.host
        self.hooks.install(unit_hooks(self))
        with self.guard.part("models that were made before"):
            # Not isinstance: that asks a weak reference's object, which may be gone.
            self.hooks.models.update(thing for thing in gc.get_objects() if issubclass(type(thing), keras.Model))
            for model in list(self.hooks.models):
                if getattr(model, "train_function", None) is not None:  # compiled before, in another cell of a notebook
                    follow_train_function(self, model)

    def close(self) -> None:
        """Put everything back as it was."""
        self.closed, self.hooks.recorder = True, None
        self.hooks.remove()
        with self.guard.part("models that were followed"):
            for model in list(self.hooks.models):
                unfollow_train_function(self, model)

    def looks_next(self, key: int) -> bool:
        """Whether the next call of a unit will be looked at."""
        known = self.units.get(key)
        return known is None or known.looks_next(self.last in (None, known))

    def look_soon(self) -> None:
        """Look at the next call of each unit."""
        for known in self.units.values():
            known.next = known.calls + 1
        self.host.look_soon()

    def runs(self, unit: Unit, arguments: tuple[Any, ...], run: Callable[[], Any]) -> Any:
        """Run the user's own function once, and look before and after it where a look is due."""
        known, before, recorder = None, None, None
        with self.guard.part("a training step"):
            looking = self.looks_next(unit.key)
            known = self.units.setdefault(unit.key, UnitState(unit, len(self.units)))
            recorder = Recorder() if known.calls == 0 else None
            if looking and known.trains is not False:
                before = self._variables()
            if known.trains is not False and self.not_finite_given is None and not all_finite(tree.flatten(arguments)):
                self.not_finite_given = known.calls + 1
        self.inside = True
        try:
            with self.hooks.recording(recorder):
                result = run()
        finally:
            self.inside = False
        if known is not None:
            with self.guard.part("a look at a training step"):
                self._ran(known, recorder, arguments, before)
        return result

    def _ran(self, known: UnitState, recorder: Recorder | None, arguments: tuple[Any, ...], before: Any) -> None:
        known.calls += 1
        if recorder is not None:
            known.traced = recorder.record
            known.trains = bool(recorder.record.updates) or known.unit.model is not None
        if known.trains and before is not None:
            try:
                self._look(known, arguments, before)
            finally:
                known.looked()
                for other in self.units.values():
                    other.waited_for += other is not known
        if known.trains:
            self.last = known
            self.host.unit_ran(REMEMBERED)
            if known.calls == FIRST_LOOKS:
                self.on_look()

    def _variables(self) -> state.Variables:
        """All variables of all models: by their handle's id, the variable's own id, the handle and the value."""
        variables = {id(variable.value): variable.value for model in list(self.hooks.models) if model.built for variable in model.variables}
        values = state.read(variable.handle for variable in variables.values())
        return {id(v.handle): (place, v.handle, values[id(v.handle)]) for place, v in variables.items()}

    def _look(self, known: UnitState, arguments: tuple[Any, ...], before: state.Variables) -> None:
        changes = state.changes(before)
        start = {key: value for key, (_, _, value) in before.items()}
        hosted = _outputs(self.host.record.calls)
        known.latest = Observed(known.traced or Record([], [], []), start, hosted, changes)
        known.latest.step = known.calls
        with self.guard.part(REPLAY), self.hooks.recording(None):
            if known.replays:
                known.replays = bool(known.traces)  # an attempt takes long: where the first one fails, it stays the only one
                traces, data = self._traces(known, arguments, start)
                known.replays, known.traced = True, None  # the look shows more
                known.latest = Look(traces, data, known.calls, start, hosted, changes)
        if len(known.first) < FIRST_LOOKS and known.calls <= FIRST_LOOKS:
            known.first.append(known.latest)
        self.on_look()

    def _observed(self, step: Observed) -> None:
        self.latest_observed, step.step = step, self.host.steps
        if self.observed is None:
            self.observed = step
        self.on_look()

    @property
    def units_are_known(self) -> bool:
        """Whether some unit was called so often that all others must have been called, too."""
        return max([known.calls for known in self.units.values() if known.trains] + [self.host.steps * WINDOW], default=0) >= WINDOW

    @property
    def shows_whole_steps(self) -> bool:
        """Whether what was looked at is all of a training step, so that what is missing from it is missing from the training."""
        often = max([known.calls for known in self.units.values() if known.trains] + [self.host.steps], default=0) >= WINDOW
        return often or any(map(trains_several, [known.first for known in self.units.values()] + [[self.observed] if self.observed else []]))

    @property
    def first_counts(self) -> dict[int, int]:
        """How many times each part of the training had been run when it was looked at first, by its key."""
        counts = {key: known.first[-1].step for key, known in self.units.items() if known.first}
        return counts | ({HOST: self.observed.step} if self.observed else {})

    def looks_since(self, counts: dict[int, int]) -> list[Observed]:
        """The latest look at each part of the training that was run since; none while one of them was not looked at since.

        Args:
            counts: how many times each part had been run then, by its key; it is brought up to date where looks are returned.
        """
        now = {key: (known.calls, known.latest) for key, known in self.units.items()} | {HOST: (self.host.steps, self.latest_observed)}
        run = {key: (calls, look) for key, (calls, look) in now.items() if look is not None and calls > counts.get(key, 0)}
        if any(look.step <= counts.get(key, 0) for key, (_, look) in run.items()):
            return []
        counts |= {key: calls for key, (calls, _) in run.items()}
        return [look for _, look in run.values()]

    def steps_of(self, network: keras.Layer) -> int:
        """How many times a network was trained: the calls of the function that updates it."""
        variables = variables_of(network)
        counts = [known.calls for known in self.units.values() if any(_updates(look, variables) for look in known.first)]
        counts += [self.host.steps] if self.observed and _updates(self.observed, variables) else []
        return max(counts, default=0)

    @property
    def updated_at_last(self) -> set[int]:
        """The ids of the variables that optimizers were given at the latest look at each part of the training."""
        latest = [look for look in [*(known.latest for known in self.units.values()), self.latest_observed] if look is not None]
        return {variable for look in latest for update in look.record.updates for variable in update.variables}

    @property
    def updated(self) -> set[int]:
        """The ids of all variables that an optimizer was seen to be given."""
        return self.updated_at_last.union(*(update.variables for look in self.first_looks for update in look.record.updates))

    @property
    def first_looks(self) -> list[Observed]:
        """What is known from before training."""
        looks: list[Observed] = [look for known in self.units.values() for look in known.first]
        return looks + ([self.observed] if self.observed else [])

    def _traces(self, known: UnitState, arguments: tuple[Any, ...], start: state.Values) -> tuple[Traces, list[Any]]:
        if not arguments:
            raise CannotReplayError("The call draws its data itself: several steps in one call, a strategy, or an iterator of another kind.")
        for traces in known.traces:
            data = traces.data_of(arguments)
            if data is not None:
                return traces, data
        known.traces.append(Traces(self.hooks, known.unit.step, arguments, start))
        return known.traces[-1], known.traces[-1].plain.data


def trains_several(looks: Iterable[Observed]) -> bool:
    """Whether several networks are updated in these looks."""
    return len({frozenset(update.variables) for look in looks for update in look.record.updates}) > 1


def _updates(look: Observed, variables: set[int]) -> bool:
    return any(variables & set(update.variables) for update in look.record.updates)


def _outputs(calls: Iterable[Call]) -> list[tuple[keras.Layer, np.ndarray]]:
    """What networks gave outside of any unit."""
    return [(call.network, np.asarray(leaf)) for call in calls if call.parent < 0 for leaf in tree.flatten(call.outputs) if hasattr(leaf, "shape")]
