"""What an evaluation shows of samples besides scores: their classes, and the training images nearest to them."""

from pathlib import Path

import numpy as np

from pipeline.data.digits import SIDE, Bytes
from pipeline.evaluation.files import BY_CLASS, CONFUSION, NEAREST
from pipeline.evaluation.samples import Drawn
from pipeline.files.artifacts import write_text
from pipeline.pictures.grids import beside_nearest, by_class
from pipeline.pictures.png import write_png

PAIRS = 12  # samples that are shown beside the nearest training image


def write_pictures(folder: Path, drawn: Drawn, training: Bytes) -> None:
    """Write samples by predicted class, and the samples nearest to a training image above that image, nearest first."""
    write_png(folder / BY_CLASS, by_class(drawn.images, drawn.predicted))
    chosen = np.argsort(drawn.distances, kind="stable")[:PAIRS]
    pairs = beside_nearest(drawn.images[chosen], training[drawn.nearest[chosen]])
    write_png(folder / NEAREST, np.pad(pairs, ((0, 0), (0, PAIRS * SIDE - pairs.shape[1]))))


def write_confusion(folder: Path, drawn: Drawn) -> None:
    """Write a line per sample: the requested class, `any` if there was none, and the predicted class."""
    requested = ["any"] * len(drawn.predicted) if drawn.requested is None else drawn.requested
    lines = (f"{wanted},{predicted}\n" for wanted, predicted in zip(requested, drawn.predicted, strict=True))
    write_text(folder / CONFUSION, "requested,predicted\n" + "".join(lines))
