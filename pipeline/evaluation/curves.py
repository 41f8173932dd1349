"""Scores of the sample sheets by epoch."""

from typing import Any

import keras
import numpy as np

from pipeline.classifier.network import classify_images
from pipeline.data.digits import CLASSES, Bytes
from pipeline.evaluation.subsample import subsample
from pipeline.metrics.classes import class_consistency, class_histogram, classifier_score, effective_classes


def sheet_curves(classifier: keras.Model, sheets: Bytes, points: int, conditional: bool) -> dict[str, Any]:
    """Score the sample sheets of a training.

    A sheet holds few samples, always of the same latents: its scores compare with each other, not with the scores of all samples.

    Args:
        classifier: as `load_classifier` returns it.
        sheets: (epochs + 1, n, 28, 28), one sheet before training and one after each epoch.
        points: how many epochs are scored at most, the first and the last among them; 2 or more.
        conditional: whether the sheets' columns are requested classes.

    Returns:
        "samples", how many a sheet holds, and "epochs", a row of scores for each epoch that is scored.
    """
    epochs = subsample(range(len(sheets)), points)
    per_sheet = sheets.shape[1]
    probabilities = np.split(classify_images(classifier, np.concatenate(sheets[epochs])).probabilities, len(epochs))
    requested = np.arange(per_sheet) % CLASSES
    rows = [
        {
            "epoch": epoch,
            "classifier_score": classifier_score(of_sheet),
            "effective_classes": effective_classes(class_histogram(of_sheet)),
            "class_consistency": class_consistency(of_sheet, requested) if conditional else None,
        }
        for epoch, of_sheet in zip(epochs, probabilities, strict=True)
    ]
    return {"samples": per_sheet, "epochs": rows}
