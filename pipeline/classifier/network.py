"""The digit classifier: its network, and the features and class probabilities with which samples are scored."""

from pathlib import Path

import keras
import numpy as np
from keras import layers

from pipeline.classifier.output import ClassifierOutput
from pipeline.data.digits import CLASSES, SIDE, Bytes
from pipeline.data.pixels import to_float
from pipeline.files.weights import read_weights

FEATURE_LAYER = "features"
FEATURES = 128


def build_classifier(width: int) -> keras.Model:
    """Four convolutions with batch statistics, 28x28 to 7x7, then 128 ReLU features and 10 logits.

    The first has 5x5 pixels and halves the grid: most of the time would go to a finer grid, which gets no more digits right.

    Args:
        width: channels of the first convolution; the last has four times as many.

    Returns:
        A model of images (n, 28, 28, 1) in [0, 1] to logits (n, 10).
    """
    image = keras.Input((SIDE, SIDE, 1), name="image")
    hidden = image
    for number, (channels, size, stride) in enumerate([(width, 5, 2), (2 * width, 3, 1), (4 * width, 3, 2), (4 * width, 3, 1)]):
        hidden = layers.Conv2D(channels, size, stride, "same", use_bias=False, name=f"conv_{number}")(hidden)
        hidden = layers.BatchNormalization(name=f"norm_{number}")(hidden)
        hidden = layers.Activation("relu", name=f"relu_{number}")(hidden)
    hidden = layers.Dropout(0.3, seed=0, name="dropout")(layers.Flatten(name="flatten")(hidden))
    features = layers.Dense(FEATURES, activation="relu", name=FEATURE_LAYER)(hidden)
    logits = layers.Dense(CLASSES, name="logits")(features)
    return keras.Model(image, logits, name="digit_classifier")


def with_features(classifier: keras.Model) -> keras.Model:
    """The same layers as a model with two outputs, features (n, 128) and logits (n, 10): what `classify_images` takes."""
    return keras.Model(classifier.input, [classifier.get_layer(FEATURE_LAYER).output, classifier.output], name="classifier_with_features")


def load_classifier(weights: Path, width: int) -> keras.Model:
    """The classifier that the stage `classifier` trained, with both outputs of `with_features`."""
    classifier = build_classifier(width)
    read_weights(classifier, weights)
    return with_features(classifier)


def classify_images(classifier: keras.Model, images: Bytes) -> ClassifierOutput:
    """The features and class probabilities of images.

    Args:
        classifier: as `load_classifier` or `with_features` returns it.
        images: (n, 28, 28), 0 = background.

    >>> output = classify_images(with_features(build_classifier(width=4)), np.zeros((3, 28, 28), np.uint8))
    >>> output.features.shape, output.probabilities.shape, output.predicted.shape
    ((3, 128), (3, 10), (3,))
    """
    features, logits = classifier.predict(to_float(images, 0), batch_size=500, verbose=0)
    exponentials = np.exp(logits.astype(np.float64) - logits.max(axis=1, keepdims=True))
    return ClassifierOutput(features.astype(np.float64), exponentials / exponentials.sum(axis=1, keepdims=True))
