"""A trial: one variant trained for a moment with one seed, its samples scored against the validation split, and what the doctor's rules need."""

from pathlib import Path
from typing import Any, NamedTuple

import keras
import numpy as np

from pipeline.classifier.network import classify_images, load_classifier
from pipeline.data.digits import CLASSES, Bytes, Digits, load_digits
from pipeline.data.pixels import to_bytes
from pipeline.doctor.evidence.examination import examination
from pipeline.doctor.evidence.probe import Probe
from pipeline.doctor.evidence.recorder import EvidenceRecorder
from pipeline.evaluation.curves import sheet_curves
from pipeline.evaluation.files import FEATURES
from pipeline.files.arrays import read_arrays
from pipeline.gan import streams
from pipeline.gan.base import GAN, draw_latents, generator_inputs, image_low, images_per_step, training_batches
from pipeline.gan.networks.build import is_conditional
from pipeline.gan.probe_inputs import probe_inputs
from pipeline.metrics.memorisation import nearest_distances
from pipeline.metrics.samples import Reference, Samples
from pipeline.metrics.scores import score_samples
from pipeline.settings.params import EvaluateSettings, Settings
from pipeline.settings.variants import VariantSettings

EPOCHS = 8  # of a trial: as many as the rules need that compare epochs
STEPS_PER_CALL = 50  # most steps in one call into TensorFlow; it changes the speed and no byte
SHEET_ROWS = 10
FEWEST = 512  # real images that samples are compared with: a covariance of 128 features needs some times as many


class Paths(NamedTuple):
    """What earlier stages made: two splits, the classifier, and features of real images."""

    train: Path
    validation: Path
    classifier: Path
    features: Path


class Trial(NamedTuple):
    """What is trained, with which seed, and on how many real images."""

    variant: VariantSettings
    seed: int
    images: int

    @property
    def steps(self) -> int:
        """Of an epoch."""
        return max(1, self.images // EPOCHS // images_per_step(self.variant))


class Scorer:
    """The digit classifier, and the real images that samples are compared with: the validation split; the test split is for published results.

    A validation split with fewer than `FEWEST` images is filled up with the last training images.
    """

    def __init__(self, paths: Paths, settings: Settings) -> None:
        self.settings: EvaluateSettings = settings.evaluate
        self.classifier = load_classifier(paths.classifier, settings.classifier.width)
        self.digits, self.held_out = load_digits(paths.train), load_digits(paths.validation)
        self.training = read_arrays(paths.features, FEATURES)["training"]
        start = len(self.digits.labels) - max(0, FEWEST - len(self.held_out.labels))
        images, labels = (
            np.concatenate(parts)
            for parts in ((self.held_out.images, self.digits.images[start:]), (self.held_out.labels, self.digits.labels[start:]))
        )
        features = classify_images(self.classifier, images).features
        self.real = Reference(features, labels, nearest_distances(features, self.training)[0])
        self.count = min(len(labels), len(self.digits.labels))
        self.real_reference = self.scores(self.digits.images[: self.count], self.digits.labels[: self.count], among=True)

    def scores(self, images: Bytes, requested: np.ndarray | None, among: bool = False) -> dict[str, float | None]:
        """Every score of images by its name; `among`: they are training images themselves."""
        output = classify_images(self.classifier, images)
        nearest, _ = nearest_distances(output.features, self.training, among)
        return score_samples(Samples(output.features, output.probabilities, requested, nearest), self.real, self.settings.neighbours)


def examined(variant: VariantSettings, seed: int, digits: Digits, held_out: Digits) -> dict[str, Any]:
    """What the doctor measures before training."""
    gan = GAN(variant, seed, 1)
    inputs = probe_inputs(gan, digits, held_out)
    return {"before": examination(gan.generator, gan.discriminator, inputs.batch, inputs.latent, gan)}


def run_trial(trial: Trial, scorer: Scorer) -> tuple[dict[str, Any], Bytes]:
    """Train and score; the same trial gives the same numbers.

    Returns:
        What JSON can hold: `evidence` for the doctor's rules; and the last sample sheet, (100, 28, 28).
    """
    keras.backend.clear_session()
    gan = GAN(trial.variant, trial.seed, trial.steps * EPOCHS)
    gan.steps_per_execution = max(k for k in range(1, STEPS_PER_CALL + 1) if trial.steps % k == 0)
    inputs = probe_inputs(gan, scorer.digits, scorer.held_out)
    evidence = EvidenceRecorder(gan.generator, gan.discriminator, inputs.batch, Probe(inputs.latent, inputs.real, inputs.held_out))
    sheets = _Sheets()
    batches = training_batches(scorer.digits, trial.variant, trial.seed)
    gan.fit(batches, epochs=EPOCHS, steps_per_epoch=trial.steps, callbacks=[sheets, evidence], shuffle=False, verbose=0)
    measured = dict(evidence.evidence)
    if not evidence.diverged and np.isfinite(sheets.last).all():
        conditional = is_conditional(trial.variant)
        labels = np.arange(scorer.count, dtype=np.int32) % CLASSES
        images = _draw(gan, labels, scorer.settings.seed)
        measured |= {
            "scores": scorer.scores(images, labels if conditional else None),
            "real_reference": scorer.real_reference,
            "curves": sheet_curves(scorer.classifier, np.stack(sheets.drawn), EPOCHS + 1, conditional),
        }
    return {"evidence": measured}, sheets.drawn[-1]


def _draw(gan: GAN, labels: np.ndarray, seed: int) -> Bytes:
    latents = draw_latents(gan.variant, len(labels), seed, streams.EVALUATION).numpy()
    images = gan.averaged_generator.predict(generator_inputs(gan.variant, latents, labels), batch_size=500, verbose=0)
    return to_bytes(images, image_low(gan.variant))


class _Sheets(keras.callbacks.Callback):
    """Samples of the same latents before training and after each epoch."""

    def __init__(self) -> None:
        super().__init__()
        self.labels = np.tile(np.arange(CLASSES, dtype=np.int32), SHEET_ROWS)
        self.drawn: list[Bytes] = []
        self.last = np.zeros(0)

    def on_train_begin(self, logs: dict[str, float] | None = None) -> None:
        self._add()

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        self._add()

    def _add(self) -> None:
        variant: VariantSettings = self.model.variant
        latents = draw_latents(variant, len(self.labels), self.model.seed, streams.SHEET).numpy()  # as the labels: Keras takes no mixture
        self.last = self.model.averaged_generator(generator_inputs(variant, latents, self.labels), training=False).numpy()
        low = image_low(variant)
        self.drawn.append(to_bytes(np.nan_to_num(self.last, nan=low), low))
