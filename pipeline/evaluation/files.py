"""The files in the folder of an evaluated cell."""

from pathlib import Path

from pipeline.files.cells import outputs_hash

SCORES = "scores.json"  # every score, its spread, the scores of real digits, and what these numbers depend on
CURVES = "curves.json"  # scores of the sample sheets by epoch
CONFUSION = "confusion.csv"  # the requested and the predicted class of every sample
BY_CLASS = "by_class.png"  # the first ten samples of each predicted class
NEAREST = "nearest.png"  # the samples nearest to a training image, above that image


def evaluation_hash(evaluation: Path) -> str:
    """Identifies the result of an evaluation: the hashes of its scores and its curves."""
    return outputs_hash([evaluation / SCORES, evaluation / CURVES])
