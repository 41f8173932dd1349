"""What the digit classifier reads in a patient's samples: a score by epoch, and all those that rules ask for after the last."""

from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from benchmarks.diagnosis.gans_under_test import Patient
from pipeline.classifier.network import load_classifier, read_images
from pipeline.data.digits import CLASSES, Bytes, Digits
from pipeline.data.pixels import to_bytes
from pipeline.gan.base import draw_latents, generator_inputs, image_low
from pipeline.metrics.classes import class_consistency, class_histogram, classifier_score, effective_classes
from pipeline.metrics.memorisation import memorised_share, nearest_distances
from pipeline.metrics.neighbours import neighbour_scores
from pipeline.settings.params import Settings

CLASSIFIER = Path("artifacts/classifier/classifier.weights.h5")
SAMPLES, SHEET = 500, 100  # drawn for the scores, and for one point of the curve
LATENTS = -2  # a stream of its own


class Scorer(keras.callbacks.Callback):
    """Scores samples before the first epoch and after each one, and more of them at the end."""

    def __init__(self, patient: Patient, unseen: Digits, settings: Settings) -> None:
        super().__init__()
        self.patient, self.unseen, self.neighbours = patient, unseen, settings.evaluate.neighbours
        self.classifier = load_classifier(CLASSIFIER, settings.classifier.width)
        self.rows: list[dict[str, float]] = []

    def on_train_begin(self, logs: dict[str, float] | None = None) -> None:
        self._add_row()

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        self._add_row()

    def _add_row(self) -> None:
        read = read_images(self.classifier, self._draw(SHEET)[0]).probabilities
        self.rows.append({"epoch": len(self.rows), "classifier_score": classifier_score(read)})

    def evidence(self) -> dict[str, Any]:
        """As the stage `evaluate` leaves it for the doctor."""
        return {"scores": self._scores(), "curves": {"epochs": self.rows}}

    def _scores(self) -> dict[str, float]:
        """Of the samples, and of unseen digits in their place."""
        samples, asked = self._draw(SAMPLES)
        variant = self.patient.gan.variant
        training = read_images(self.classifier, to_bytes(self.patient.images, image_low(variant))).features
        held_against = read_images(self.classifier, self.unseen.images[:SAMPLES]).features
        real, labels = self.unseen.images[SAMPLES : 2 * SAMPLES], self.unseen.labels[SAMPLES : 2 * SAMPLES]
        apart, _ = nearest_distances(held_against, training)
        found = {}
        for end, images, classes in (("", samples, asked), ("_real", real, labels)):
            reading = read_images(self.classifier, images)
            near = neighbour_scores(held_against, reading.features, self.neighbours)
            found[f"precision{end}"], found[f"recall{end}"] = near.precision, near.recall
            found[f"memorised_share{end}"] = memorised_share(nearest_distances(reading.features, training)[0], apart)
            found[f"effective_classes{end}"] = effective_classes(class_histogram(reading.probabilities))
            if variant.classes > 1:
                found[f"class_consistency{end}"] = class_consistency(reading.probabilities, classes)
        return found

    def _draw(self, count: int) -> tuple[Bytes, np.ndarray]:
        asked = np.arange(count, dtype=np.int32) % CLASSES
        variant = self.patient.gan.variant
        inputs = generator_inputs(variant, draw_latents(variant, count, 0, LATENTS), tf.constant(asked))
        return to_bytes(self.patient.gan.averaged_generator(inputs, training=False).numpy(), image_low(variant)), asked
