"""The doctor as a Keras callback: it records evidence, judges it after every epoch, and tells what it finds."""

from typing import Any, Literal

import keras

from pipeline.doctor.diagnosis.diagnose import judge
from pipeline.doctor.diagnosis.findings import Finding
from pipeline.doctor.diagnosis.summary import tell
from pipeline.doctor.evidence.probe import Probe
from pipeline.doctor.evidence.recorder import EvidenceRecorder


class Doctor(EvidenceRecorder):
    """Examines a GAN before training and watches it train; `findings` has what it found so far.

    generator, discriminator: the built networks that the model's train_step trains. batch: what train_step takes, at least 48 rows. probe:
    what both networks are looked at with after each epoch. stop_on: "error" ends training at the first error, "never" does not.
    What train_step reports as `d_loss` and `g_loss` is judged too. title: what the GAN is called in what is printed; nothing is printed without one.
    """

    def __init__(
        self, generator: keras.Model, discriminator: keras.Model, batch: Any, probe: Probe, stop_on: Literal["never", "error"], title: str = ""
    ) -> None:
        super().__init__(generator, discriminator, batch, probe)
        self.stop_on, self.title = stop_on, title
        self.stopped_by: str | None = None

    @property
    def findings(self) -> list[Finding]:
        """What the rules say of the evidence so far, the worst first."""
        return judge(self.evidence)

    def on_train_begin(self, logs: dict[str, float] | None = None) -> None:
        super().on_train_begin(logs)
        if self.title:
            tell(f"{self.title}, before training", self.findings)
        self._stop_if_ill()

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        super().on_epoch_end(epoch, logs)
        self._stop_if_ill()

    def on_train_end(self, logs: dict[str, float] | None = None) -> None:
        super().on_train_end(logs)
        if self.title:
            tell(f"{self.title}, after {len(self.evidence['epochs'])} epochs", self.findings)

    def _stop_if_ill(self) -> None:
        worst = next((finding.id for finding in self.findings if finding.severity == "error"), None)
        if self.stop_on == "error" and worst:
            self.stopped_by, self.model.stop_training = worst, True
