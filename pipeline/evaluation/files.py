"""The files in the folder of an evaluated cell."""

from pathlib import Path
from typing import Annotated, Self

from pydantic import Field, model_validator

from pipeline.files.arrays import Expected
from pipeline.files.cells import Status, outputs_hash
from pipeline.files.json_file import Count, Number, Schema

SCORES = "scores.json"  # every score, its spread, the scores of real digits, and what these numbers depend on
CURVES = "curves.json"  # scores of the sample sheets by epoch
CONFUSION = "confusion.csv"  # the requested and the predicted class of every sample
BY_CLASS = "by_class.png"  # the first ten samples of each predicted class
NEAREST = "nearest.png"  # the samples nearest to a training image, above that image
EVALUATION = (SCORES, CURVES, CONFUSION, BY_CLASS, NEAREST)  # all of them
# The real images' features.npz of the stage `reference`: of the split, and of the training images.
FEATURES = {
    "features": Expected("<f8", (None, 128)),
    "labels": Expected("|u1", (None,)),
    "nearest": Expected("<f8", (None,)),
    "training": Expected("<f4", (None, 128)),
}


def evaluation_hash(evaluation: Path) -> str:
    """Identifies the result of an evaluation: the hashes of its scores and its curves."""
    return outputs_hash([evaluation / SCORES, evaluation / CURVES])


Scores = dict[str, Number]  # by name


class _Reference(Schema):
    """What the scores of a cell depend on besides its samples."""

    data_set: str
    split: str
    samples: Count
    feature_layer: str
    classifier_accuracy: float
    classifier_sha256: str


class RealReference(_Reference):
    """real_reference.json of the stage `reference`."""

    scores: Scores


NegativeControls = dict[str, Scores]  # negative_controls.json: the scores of images that no generator should draw


class Losses(Schema):
    """Of the first and the last epoch."""

    d_loss_first: Number
    d_loss_last: Number
    g_loss_first: Number
    g_loss_last: Number


class CellScores(_Reference):
    """SCORES of a cell."""

    variant: str
    seed: Count
    status: Status
    losses: Losses
    scores: Scores
    spread: Scores
    real_reference: Scores

    @model_validator(mode="after")
    def _have_the_same_names(self) -> Self:
        if not self.scores.keys() == self.spread.keys() == self.real_reference.keys():
            raise ValueError("expected the same names in scores, spread and real_reference")
        return self


class SheetScores(Schema):
    """The scores of the sample sheet of an epoch."""

    epoch: Count
    classifier_score: Number
    effective_classes: Number
    class_consistency: Number


class Curves(Schema):
    """CURVES of a cell."""

    samples: Count
    epochs: Annotated[list[SheetScores], Field(min_length=1)]
