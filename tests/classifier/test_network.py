"""The digit classifier's features and class probabilities of images."""

from pathlib import Path

import numpy as np
import pytest

from pipeline.classifier.network import FEATURES, build_classifier, classify_images, load_classifier
from pipeline.data.digits import Digits


def test_features_come_before_and_probabilities_after_the_last_layer(digits: Digits, tmp_path: Path) -> None:
    classifier = build_classifier(4)
    classifier.save_weights(tmp_path / "classifier.weights.h5")
    output = classify_images(load_classifier(tmp_path / "classifier.weights.h5", 4), digits.images)
    assert output.features.shape == (40, FEATURES)
    assert output.features.min() >= 0
    assert output.probabilities.sum(axis=1) == pytest.approx(1)
    kernel, bias = classifier.get_layer("logits").get_weights()
    logits = output.features @ kernel + bias
    assert np.log(output.probabilities) == pytest.approx(logits - np.log(np.exp(logits).sum(axis=1, keepdims=True)), abs=1e-4)
    assert (output.predicted == logits.argmax(axis=1)).all()


def test_a_classifier_is_not_traced_at_every_call(digits: Digits, tmp_path: Path) -> None:
    """A model that is built at each call is traced at each call, and TensorFlow warns of it."""
    build_classifier(4).save_weights(tmp_path / "classifier.weights.h5")
    classifier = load_classifier(tmp_path / "classifier.weights.h5", 4)
    for count in (1, 3, 8, 40):
        classify_images(classifier, digits.images[:count])
    assert classifier.predict_function.experimental_get_tracing_count() <= 2  # one size, then any size
