"""A Keras callback that records a GAN's evidence: before training, then epoch by epoch."""

from contextlib import ExitStack
from typing import Any

import keras
import numpy as np

from pipeline.doctor.evidence.examination import examination
from pipeline.doctor.evidence.probe import Probe, look
from pipeline.doctor.evidence.step_monitor import Watch


class EvidenceRecorder(keras.callbacks.Callback):
    """Fills `evidence`; ends training in the step in which a loss stops being finite, and after an epoch in which any watched tensor did.

    (A ReLU may make zero of what is not a number: weights are lost then, and losses go on as if nothing had happened.)

    The model is a `keras.Model` whose train_step trains the two networks. `batch` is what it takes; at least 48 rows are best.
    """

    def __init__(self, generator: keras.Model, discriminator: keras.Model, batch: Any, probe: Probe) -> None:
        super().__init__()
        self.generator, self.discriminator, self.batch, self.probe = generator, discriminator, batch, probe
        self.evidence: dict[str, Any] = {"before": {}, "epochs": []}
        self.samples: np.ndarray | None = None
        self.watching = ExitStack()

    def set_model(self, model: keras.Model) -> None:
        """Keras calls this before it compiles the step: the last moment to examine the untrained networks, and to begin to watch."""
        super().set_model(model)
        self.watching.close()
        if not self.evidence["before"]:
            self.evidence["before"] = examination(self.generator, self.discriminator, self.batch, self.probe.latent, model)
        self.watch = Watch(self.generator, self.discriminator)
        self.watching.enter_context(self.watch.watching(model))

    def on_train_begin(self, logs: dict[str, float] | None = None) -> None:
        self.watch.every = min(self.watch.every, self.params.get("steps") or self.watch.every)  # at least one look at each epoch

    def on_train_batch_end(self, batch: int, logs: dict[str, float] | None = None) -> None:
        if logs and not np.isfinite([float(value) for value in logs.values()]).all():
            self.model.stop_training = True

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        real_is_up = self.evidence["before"].get("loss", {}).get("real_is_up", True)
        seen, self.samples = look(self.generator, self.discriminator, self.probe, self.samples, real_is_up)
        row = {"epoch": epoch + 1} | dict(logs or {}) | self.watch.read() | seen
        self.evidence["epochs"].append({name: _number(value) for name, value in row.items()})
        if self.diverged:
            self.model.stop_training = True

    @property
    def diverged(self) -> bool:
        """Whether a tensor of some step was not finite."""
        return any("first_not_finite" in row for row in self.evidence["epochs"])

    def on_train_end(self, logs: dict[str, float] | None = None) -> None:
        self.watching.close()


def _number(value: Any) -> Any:
    """As JSON holds it: null for what is not finite."""
    if value is None or isinstance(value, (str, int)):
        return value
    return float(value) if np.isfinite(value) else None
