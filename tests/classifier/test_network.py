"""The digit classifier's reading of images."""

from pathlib import Path

import numpy as np
import pytest

from pipeline.classifier.network import FEATURES, build_classifier, load_classifier, read_images
from pipeline.data.digits import Digits


def test_a_reading_has_features_before_and_probabilities_after_the_last_layer(digits: Digits, tmp_path: Path):
    classifier = build_classifier(4)
    classifier.save_weights(tmp_path / "classifier.weights.h5")
    reading = read_images(load_classifier(tmp_path / "classifier.weights.h5", 4), digits.images)
    assert reading.features.shape == (40, FEATURES)
    assert reading.features.min() >= 0
    assert reading.probabilities.sum(axis=1) == pytest.approx(1)
    kernel, bias = classifier.get_layer("logits").get_weights()
    logits = reading.features @ kernel + bias
    assert np.log(reading.probabilities) == pytest.approx(logits - np.log(np.exp(logits).sum(axis=1, keepdims=True)), abs=1e-4)
