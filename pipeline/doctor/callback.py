"""The doctor as a Keras callback: it records evidence, and checks the rules before training and after every epoch."""

from typing import Any, Literal

import keras

from pipeline.doctor.diagnosis.diagnose import diagnose, first_error
from pipeline.doctor.diagnosis.findings import Finding
from pipeline.doctor.diagnosis.summary import print_findings
from pipeline.doctor.evidence.probe import Probe
from pipeline.doctor.evidence.recorder import EvidenceRecorder


class Doctor(EvidenceRecorder):
    """Examines a GAN before training and measures it while it trains.

    The model is a compiled `keras.Model` whose `train_step` trains both networks. What `train_step` returns as `d_loss` and `g_loss` is checked
    too. What is trained stays the same, byte for byte.

    Args:
        generator: the built generator that `train_step` trains.
        discriminator: the built discriminator that it trains.
        batch: what `train_step` takes; 48 rows are enough, six the least.
        probe: fixed inputs with which both networks are measured after each epoch.
        stop_on: "error" ends training at the first error; "never" lets it continue.
        title: the GAN's name in what is printed; without a title nothing is printed.

    Attributes:
        findings: what the rules find in the evidence so far.
        evidence: the evidence: "before" training, and a row for each of the "epochs".
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
        >>> random = np.random.default_rng(0)
        >>> images, latents = random.uniform(-1, 1, (48, 9)).astype("float32"), random.normal(size=(48, 4)).astype("float32")
        >>> doctor = Doctor(gan.generator, gan.discriminator, images, Probe(latents, images), stop_on="error")
        >>> _ = gan.fit(images, batch_size=48, epochs=3, callbacks=[doctor], verbose=0)
        >>> [(finding.severity, finding.id) for finding in doctor.findings], doctor.stopped_by
        ([('error', 'not_updated')], 'not_updated')
    """

    def __init__(
        self, generator: keras.Model, discriminator: keras.Model, batch: Any, probe: Probe, stop_on: Literal["never", "error"], title: str = ""
    ) -> None:
        super().__init__(generator, discriminator, batch, probe, first_error if stop_on == "error" else None)
        self.title = title

    @property
    def findings(self) -> list[Finding]:
        """What the rules find in the evidence so far, errors first."""
        return diagnose(self.evidence)

    def on_train_begin(self, logs: dict[str, float] | None = None) -> None:
        super().on_train_begin(logs)
        if self.title:
            print_findings(f"{self.title}, before training", self.findings)

    def on_train_end(self, logs: dict[str, float] | None = None) -> None:
        super().on_train_end(logs)
        if self.title:
            print_findings(f"{self.title}, after {len(self.evidence['epochs'])} epochs", self.findings)
