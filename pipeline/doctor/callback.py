"""The doctor as a Keras callback: it attaches itself to the training that `fit` runs."""

import contextlib
import weakref
from collections.abc import Callable
from typing import Any

import keras

from pipeline.doctor.attach import Attached, StopOn, attach
from pipeline.doctor.diagnosis.findings import Finding
from pipeline.doctor.diagnosis.summary import print_findings
from pipeline.doctor.report import Report
from pipeline.doctor.tracing.session import FIRST_LOOKS

NOTHING_SEEN = Report([], [], {"the training": "fit has not begun"}, [], [])


class Doctor(keras.callbacks.Callback):
    """Follows the training of a GAN by `fit`: it finds both networks, what they are given and what their losses want by itself.

    What is trained stays the same, byte for byte, and no error of the doctor ends a training. The findings are known after the first two calls of
    the training step, and are confirmed or withdrawn by later ones.

    Args:
        stop_on: "error" ends training, as early stopping does, at the first error; "never" lets it continue.
        title: the GAN's name in what is printed, before training and at its end; without a title nothing is printed.

    Attributes:
        findings: what is wrong, errors first, as far as it is known: about the last `fit`.
        stopped_by: the id of the error that ended training, or None.

    Example:
        A training step that never updates the generator:

        >>> import keras, numpy as np, tensorflow as tf
        >>> keras.utils.set_random_seed(0)
        >>> class Forgetful(keras.Model):
        ...     def __init__(self):
        ...         super().__init__()
        ...         self.generator = keras.Sequential([keras.Input((4,)), keras.layers.Dense(8, "relu"), keras.layers.Dense(9, "tanh")])
        ...         self.discriminator = keras.Sequential([keras.Input((9,)), keras.layers.Dense(8, "relu"), keras.layers.Dense(1)])
        ...
        ...     def train_step(self, images):
        ...         samples = self.generator(tf.random.stateless_normal((48, 4), (1, 2)), training=True)
        ...         with tf.GradientTape() as tape:
        ...             real, fake = self.discriminator(images, training=True), self.discriminator(samples, training=True)
        ...             loss = tf.reduce_mean(tf.nn.softplus(-real) + tf.nn.softplus(fake))
        ...         variables = self.discriminator.trainable_variables
        ...         self.optimizer.apply(tape.gradient(loss, variables), variables)
        ...         return {"d_loss": loss}
        >>> gan = Forgetful()
        >>> gan.compile(keras.optimizers.Adam(0.0002, 0.5))
        >>> images = np.random.default_rng(0).uniform(-1, 1, (48, 9)).astype("float32")
        >>> doctor = Doctor(stop_on="error")
        >>> _ = gan.fit(images, batch_size=48, epochs=3, callbacks=[doctor], verbose=0)
        >>> [(finding.severity, finding.id) for finding in doctor.findings], doctor.stopped_by
        ([('error', 'not_updated')], 'not_updated')
    """

    def __init__(self, stop_on: StopOn = "never", title: str = "") -> None:
        super().__init__()
        self.stop_on, self.title = stop_on, title
        self.stopped_by: str | None = None
        self._attached: Attached | None = None
        self._batches = self._epochs = 0
        self._looked = False

    @property
    def findings(self) -> list[Finding]:
        """What is wrong, errors first, as far as it is known."""
        return self.report().findings

    def report(self) -> Report:
        """What was found so far, what was checked and holds, and what was not checked."""
        return self._attached.report() if self._attached else NOTHING_SEEN

    def close(self) -> None:
        """Stop following. Only needed after a `fit` that raised an error: it ends without a word to its callbacks."""
        if self._attached:
            self._attached.close()

    def __del__(self) -> None:
        with contextlib.suppress(Exception):  # at the end of the process modules may be gone
            self.close()

    def set_model(self, model: keras.Model) -> None:
        """Attach to the process; Keras calls this just before it compiles the step."""
        super().set_model(model)
        self.close()
        self.stopped_by, self._batches, self._epochs, self._looked = None, 0, 0, False
        self._attached = attach()
        self._attached.session.on_look = _noted(weakref.ref(self), self._attached.session.on_look)

    def on_train_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        self._batches += 1
        if self._batches < FIRST_LOOKS:
            return
        with self._guarded("findings while training"):
            if self._batches == FIRST_LOOKS:
                self._print("before training")
            if self._looked and self.stop_on == "error":
                self._stop_at_an_error()
        self._looked = False

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        self._epochs += 1

    def on_train_end(self, logs: dict[str, Any] | None = None) -> None:
        with self._guarded("findings at the end of training"):
            self._print(f"after {self._epochs} epoch{'s' if self._epochs != 1 else ''}")
        self.close()

    def _stop_at_an_error(self) -> None:
        errors = [finding.id for finding in self.findings if finding.severity == "error"]
        if errors and self.stopped_by is None:
            self.stopped_by, self.model.stop_training = errors[0], True

    def _print(self, moment: str) -> None:
        if self.title:
            if self.params.get("verbose"):
                print()  # a progress bar's line has no end yet
            print_findings(f"{self.title}, {moment}", self.findings)

    def _guarded(self, subject: str) -> contextlib.AbstractContextManager[None]:
        """An error of the doctor is noted in its report, and training goes on."""
        return self._attached.session.guard.part(subject) if self._attached else contextlib.nullcontext()


def _noted(doctor: "weakref.ref[Doctor]", look: Callable[[], None]) -> Callable[[], None]:
    """A look that the callback learns of. The hooks hold it, and must not keep the callback alive."""

    def noted() -> None:
        look()
        known = doctor()
        if known is not None:
            known._looked = True

    return noted
