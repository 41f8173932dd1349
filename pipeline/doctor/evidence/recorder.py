"""A Keras callback that records a GAN's evidence: before training, then epoch by epoch."""

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from typing import Any

import keras
import numpy as np

from pipeline.doctor.evidence.examination import examination, message
from pipeline.doctor.evidence.probe import Probe, measure_networks
from pipeline.doctor.evidence.step_monitor import StepMonitor

Stop = Callable[[Mapping[str, Any]], str | None]  # the evidence so far -> the reason to end training now, or None


class EvidenceRecorder(keras.callbacks.Callback):
    """Fills `evidence` with what a GAN shows before and during training; the evidence is plain numbers and text that JSON can hold.

    It ends training in the step in which a loss is no longer finite, and after an epoch in which any monitored tensor was not finite:
    a ReLU may turn "not a number" into zero, so that losses stay finite although weights are lost. Networks that cannot be measured, with inputs that
    they do not take for example, end no training: the epoch's row has the error's message as its "failure".

    Args:
        generator: the built generator that the model's `train_step` trains.
        discriminator: the built discriminator that it trains.
        batch: what `train_step` takes; 48 rows are enough, six the least.
        probe: fixed inputs with which both networks are measured after each epoch.
        stop: called with the evidence before training and after each epoch; training ends if it returns a reason.
    """

    def __init__(self, generator: keras.Model, discriminator: keras.Model, batch: Any, probe: Probe, stop: Stop | None = None) -> None:
        super().__init__()
        self.generator, self.discriminator, self.batch, self.probe, self.stop = generator, discriminator, batch, probe, stop
        self.stopped_by: str | None = None
        self.evidence: dict[str, Any] = {"before": {}, "epochs": []}
        self.samples: np.ndarray | None = None
        self.monitoring = ExitStack()
        self.counted: list[np.ndarray] = []  # what the step monitor had counted when the state was taken that is restored

    def set_model(self, model: keras.Model) -> None:
        """Examine the untrained networks and start to monitor steps; Keras calls this just before it compiles the step."""
        super().set_model(model)
        self.monitoring.close()
        if not self.evidence["before"]:
            self.evidence["before"] = examination(self.generator, self.discriminator, self.batch, self.probe.latent, model)
        self.monitor = StepMonitor(self.generator, self.discriminator)
        self.monitor.restore(self.counted)
        self.monitoring.enter_context(self.monitor.monitoring(model))

    def on_train_begin(self, logs: dict[str, float] | None = None) -> None:
        self.monitor.every = min(self.monitor.every, self.params.get("steps") or self.monitor.every)  # at least one measured step in each epoch
        self._stop_where_asked()

    def on_train_batch_end(self, batch: int, logs: dict[str, float] | None = None) -> None:
        if logs and not np.isfinite([float(value) for value in logs.values()]).all():
            self.model.stop_training = True

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        row = {"epoch": epoch + 1} | dict(logs or {}) | self.monitor.read() | self._measured()
        self.evidence["epochs"].append({name: _number(value) for name, value in row.items()})
        if self.diverged:
            self.model.stop_training = True
        self._stop_where_asked()

    def _measured(self) -> dict[str, Any]:
        """Measurements of both networks, or the message of what kept them from being measured."""
        real_is_up = self.evidence["before"].get("loss", {}).get("real_is_up", True)
        try:
            measured, self.samples = measure_networks(self.generator, self.discriminator, self.probe, self.samples, real_is_up)
        except Exception as error:
            return {"failure": message(error)}
        return dict(measured)

    @property
    def diverged(self) -> bool:
        """Whether a tensor of some step was not finite."""
        return any("first_not_finite" in row for row in self.evidence["epochs"])

    def state(self) -> dict[str, Any]:
        """The evidence so far, and what has been counted in the epoch that runs, for `restore`."""
        before = {} if self.samples is None else {"samples": self.samples}
        counted = {f"counter_{place}": np.array(counter.numpy()) for place, counter in enumerate(self.monitor.counters)}
        return {"evidence": self.evidence, "stopped_by": self.stopped_by} | before | counted

    def restore(self, state: dict[str, Any]) -> None:
        """Go on from a state, before the training goes on: the networks are not examined again."""
        self.evidence, self.stopped_by, self.samples = state["evidence"], state["stopped_by"], state.get("samples")
        self.counted = [state[f"counter_{place}"] for place in range(sum(name.startswith("counter_") for name in state))]

    def _stop_where_asked(self) -> None:
        self.stopped_by = self.stopped_by or (self.stop(self.evidence) if self.stop else None)
        if self.stopped_by:
            self.model.stop_training = True

    def on_train_end(self, logs: dict[str, float] | None = None) -> None:
        self.monitoring.close()


def _number(value: Any) -> Any:
    """As JSON holds it: null where a number is not finite."""
    if value is None or isinstance(value, (str, int)):
        return value
    return float(value) if np.isfinite(value) else None
