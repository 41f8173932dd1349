"""A Keras callback that writes checkpoints, stops a training where that is asked, and continues one exactly."""

import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import keras
import numpy as np

from pipeline.files.checkpoints import Checkpoints
from pipeline.files.stopping import finish_step, stop_asked, stopped
from pipeline.terminal.progress import say
from pipeline.training.state import State, read_state, take_state, write_state


class Part(Protocol):
    """What changes in a training besides the model's variables."""

    @property
    def diverged(self) -> bool:
        """Whether a number was not finite."""

    def state(self) -> dict[str, Any]:
        """What `restore` needs, by name: see `take_state`."""

    def restore(self, state: dict[str, Any]) -> None:
        """Be as it was when `state` was called; called before the training goes on."""


class Saving(NamedTuple):
    """Where a training keeps its checkpoints."""

    folder: Path
    every: int  # epochs between two checkpoints
    stage: str  # whose name for `dvc repro` it is


class Resume(keras.callbacks.Callback):
    """Continues a training from its newest checkpoint, and writes checkpoints: after every so many epochs, at the end, and where a stop is asked.

    A state with weights that are not finite is never written: from the checkpoint before it the training comes there again.

    Attributes:
        epoch: whole epochs that the checkpoint has.
        step: its steps in the epoch after those.
        ended: whether the training had ended, so that only its outputs are missing.
        newest_finite: the newest epoch after which all weights were finite, 0 if there is none; the same wherever a training was stopped.

    Args:
        model: the compiled model that is trained; its variables, and those of its optimizers and metrics, are restored.
        optimizers: all of them, built.
        steps: in an epoch.
        parts: by name; also restored.
        saving: where checkpoints are.
    """

    def __init__(
        self, model: keras.Model, optimizers: Iterable[keras.optimizers.Optimizer], steps: int, parts: Mapping[str, Part], saving: Saving
    ) -> None:
        super().__init__()
        self.trained, self.steps, self.parts, self.saving = model, steps, parts, saving
        self.variables = [*model.variables, *(variable for optimizer in optimizers for variable in optimizer.variables)]
        self.checkpoints = Checkpoints(saving.folder)
        self.epoch, self.step, self.ended, self.newest_finite = 0, 0, False, 0
        self.kept = 0  # steps that the newest checkpoint has
        self.trackers: dict[str, np.ndarray] = {}
        self.passed = 0  # steps of the epoch that runs which the checkpoint had
        self.unwritten: tuple[int, State] | None = None  # the state after the newest finite epoch, if no checkpoint has it
        self.before = self.checkpoints.newest()
        if self.before:
            self._restore(read_state(self.before))

    @property
    def done(self) -> float:
        """Epochs that are done at the start."""
        return self.epoch + self.step / self.steps

    def fit(self, stream: Callable[[int], Any], epochs: int, callbacks: Iterable[keras.callbacks.Callback], **options: Any) -> None:
        """Train to the end.

        Args:
            stream: gives the batches from a step on.
            epochs: of the whole training.
            callbacks: called before the checkpoint is written.
            options: of Keras' `fit`.

        Raises:
            Stopped: A stop was asked, and the checkpoint is written.
        """
        if self.ended:
            return
        if self.before:
            say(f"{self.saving.stage}: continues after epoch {self.epoch}, step {self.step} of {self.steps}")
        with finish_step():
            self.trained.fit(
                stream(self.epoch * self.steps + self.step),
                epochs=epochs,
                initial_epoch=self.epoch,
                steps_per_epoch=self.steps,
                callbacks=[*callbacks, self],
                shuffle=False,
                verbose=0,
                **options,
            )

    def on_epoch_begin(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Before the first epoch, go on in its middle; Keras has just reset the metrics."""
        self.epoch, self.passed, self.step = epoch, self.step, 0
        if self.passed:
            _assign(self.trained.metrics_variables, self.trackers)
            self._pass_over()

    def on_train_batch_end(self, batch: int, logs: dict[str, float] | None = None) -> None:
        """A training that ends by itself is not stopped, nor is the end of an epoch its middle."""
        if batch + 1 <= self.passed or batch + 1 >= self.steps:
            return
        if stop_asked() and not self.trained.stop_training:
            if self._is_finite():
                self._write(self._number(batch + 1), self._state(batch + 1, ended=False))
            raise self._stopped(batch + 1)

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        self.epoch = epoch + 1
        ended = self.trained.stop_training or self.epoch == self.params["epochs"]
        if any(part.diverged for part in self.parts.values()):
            if self.unwritten:
                self._write(*self.unwritten)
            return
        asked = stop_asked()
        if self._is_finite():
            self.newest_finite = self.epoch
            self.unwritten = self._number(0), self._state(0, ended)
            if ended or asked or self.epoch % self.saving.every == 0:
                self._write(*self.unwritten)
                self.unwritten = None
        if asked and not ended:
            raise self._stopped(0)

    def _pass_over(self) -> None:
        """Let Keras count the steps of the epoch that are done without taking them: to its callbacks the epoch is one that was never left."""
        train_function, logs = self.trained.train_function, self.trained.get_metrics_result()
        calls = iter(range(self.passed // self.trained.steps_per_execution, 0, -1))

        def count(_: Any) -> Any:
            if next(calls) == 1:
                self.trained.train_function = train_function
            return logs

        self.trained.train_function = count

    def _number(self, step: int) -> int:
        return self.epoch * self.steps + step

    def _is_finite(self) -> bool:
        arrays = [variable.numpy() for variable in self.trained.variables]
        return all(np.isfinite(array).all() for array in arrays if array.dtype.kind == "f")

    def _state(self, step: int, ended: bool) -> State:
        own = {"epoch": self.epoch, "step": step, "ended": ended, "newest_finite": self.newest_finite}
        values = {"variables": _values(self.variables), "trackers": _values(self.trained.metrics_variables)}
        return take_state({"training": own} | values | {name: part.state() for name, part in self.parts.items()})

    def _stopped(self, step: int) -> Exception:
        kept, whole = self.kept, self.steps * self.params["epochs"]
        if self._number(step) == kept:
            return stopped(f"step {kept} of {whole} is kept: `dvc repro {self.saving.stage}` continues there")
        return stopped(f"step {kept} of {whole} is the newest that is kept: `dvc repro {self.saving.stage}` continues from it")

    def _write(self, number: int, state: State) -> None:
        """A disk that takes no checkpoint ends no training."""
        try:
            with self.checkpoints.writing(number) as folder:
                write_state(folder, state, self.before)
            self.before, self.kept = self.checkpoints.folder_of(number), number
        except OSError as error:
            print(f"warning: no checkpoint was written ({error}); the training goes on without it", file=sys.stderr)

    def _restore(self, state: dict[str, dict[str, Any]]) -> None:
        own = state["training"]
        self.epoch, self.step, self.ended, self.newest_finite = own["epoch"], own["step"], own["ended"], own["newest_finite"]
        self.trackers = state["trackers"]
        _assign(self.variables, state["variables"])
        self.kept = self._number(self.step)
        for name, part in self.parts.items():
            part.restore(state[name])


def _values(variables: Iterable[keras.Variable]) -> dict[str, np.ndarray]:
    return {str(number): np.array(variable.numpy()) for number, variable in enumerate(variables)}


def _assign(variables: Iterable[keras.Variable], values: Mapping[str, np.ndarray]) -> None:
    for number, variable in enumerate(variables):
        variable.assign(values[str(number)])
