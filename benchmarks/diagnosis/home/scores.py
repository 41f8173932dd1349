"""Scores of a test GAN's samples by the digit classifier: one score after each epoch, and all scores that rules need after the last."""

from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from benchmarks.diagnosis.home.gans_under_test import GanUnderTest
from pipeline.classifier.network import classify_images, load_classifier
from pipeline.data.digits import CLASSES, Bytes, Digits
from pipeline.data.pixels import to_bytes
from pipeline.gan import streams
from pipeline.gan.base import draw_latents, generator_inputs, image_low
from pipeline.metrics.classes import class_consistency, class_histogram, classifier_score, effective_classes
from pipeline.metrics.memorisation import memorised_share, nearest_distances
from pipeline.metrics.neighbours import neighbour_scores
from pipeline.settings.params import Settings

CLASSIFIER = Path("artifacts/classifier/classifier.weights.h5")
SAMPLES, SHEET = 500, 100  # drawn for the scores, and for one point of the curve


class Scorer(keras.callbacks.Callback):
    """Scores samples before the first epoch and after each one, and more of them at the end."""

    def __init__(self, gan_under_test: GanUnderTest, unseen: Digits, settings: Settings) -> None:
        super().__init__()
        self.gan_under_test, self.unseen, self.neighbours = gan_under_test, unseen, settings.evaluate.neighbours
        self.classifier = load_classifier(CLASSIFIER, settings.classifier.width)
        self.rows: list[dict[str, float]] = []

    def on_train_begin(self, logs: dict[str, float] | None = None) -> None:
        self._add_row()

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        self._add_row()

    def _add_row(self) -> None:
        probabilities = classify_images(self.classifier, self._draw(SHEET)[0]).probabilities
        self.rows.append({"epoch": len(self.rows), "classifier_score": classifier_score(probabilities)})

    def evidence(self) -> dict[str, Any]:
        """Scores of the samples, of unseen digits as the real reference, and of the samples of each epoch, as the stage `diagnose` collects them."""
        samples, requested = self._draw(SAMPLES)
        real, labels = self.unseen.images[SAMPLES : 2 * SAMPLES], self.unseen.labels[SAMPLES : 2 * SAMPLES]
        scores, reference = self._scores(samples, requested), self._scores(real, labels)
        return {"scores": scores, "real_reference": reference, "curves": {"epochs": self.rows}}

    def _scores(self, images: Bytes, requested: np.ndarray) -> dict[str, float]:
        """Scores of images against unseen digits and the test GAN's training images."""
        variant = self.gan_under_test.gan.variant
        training = classify_images(self.classifier, to_bytes(self.gan_under_test.images, image_low(variant))).features
        unseen = classify_images(self.classifier, self.unseen.images[:SAMPLES]).features
        outputs = classify_images(self.classifier, images)
        neighbours = neighbour_scores(unseen, outputs.features, self.neighbours)
        nearest, nearest_of_unseen = (nearest_distances(features, training)[0] for features in (outputs.features, unseen))
        scores = {
            "precision": neighbours.precision,
            "recall": neighbours.recall,
            "memorised_share": memorised_share(nearest, nearest_of_unseen),
            "effective_classes": effective_classes(class_histogram(outputs.probabilities)),
        }
        return scores | ({"class_consistency": class_consistency(outputs.probabilities, requested)} if variant.classes > 1 else {})

    def _draw(self, count: int) -> tuple[Bytes, np.ndarray]:
        requested = np.arange(count, dtype=np.int32) % CLASSES
        variant = self.gan_under_test.gan.variant
        inputs = generator_inputs(variant, draw_latents(variant, count, 0, streams.EVALUATION), tf.constant(requested))
        return to_bytes(self.gan_under_test.gan.averaged_generator(inputs, training=False).numpy(), image_low(variant)), requested
