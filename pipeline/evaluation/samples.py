"""The samples of a cell, and what their evaluation leaves in its folder besides the scores: curves over epochs, what was read, pictures."""

from pathlib import Path
from typing import Any, NamedTuple

import keras
import numpy as np
from numpy.typing import NDArray

from pipeline.classifier.network import read_images
from pipeline.data.digits import CLASSES, SIDE, Bytes
from pipeline.data.pixels import to_bytes
from pipeline.evaluation.files import BY_CLASS, NEAREST
from pipeline.evaluation.subsample import evenly
from pipeline.files.artifacts import staged_file
from pipeline.files.cells import GENERATOR, sheet_path
from pipeline.gan.base import draw_latents, generator_inputs, image_low
from pipeline.gan.networks.build import build_generator
from pipeline.metrics.classes import class_consistency, class_histogram, classifier_score, effective_classes
from pipeline.pictures.grids import beside_nearest, by_class, sheet_images
from pipeline.pictures.png import read_png, write_png
from pipeline.settings.variants import VariantSettings

EVALUATION_LATENTS = -2  # a stream of its own beside those of training
PAIRS = 12  # samples nearest to a training image that are shown beside it


class Drawn(NamedTuple):
    """The samples of a cell, none if it diverged."""

    images: Bytes  # (n, 28, 28)
    read: NDArray[np.integer]  # (n,) the classes they are read as
    asked: NDArray[np.integer] | None  # (n,) the classes asked for, if any were
    distances: NDArray[np.float64]  # (n,) to the nearest training image
    nearest: NDArray[np.integer]  # (n,) which that is


def draw_samples(cell: Path, variant: VariantSettings, labels: NDArray[np.int32], seed: int) -> Bytes:
    """One image of the cell's generator per label, (n, 28, 28)."""
    generator = build_generator(variant)
    generator.load_weights(cell / GENERATOR)
    latents = draw_latents(variant, len(labels), seed, EVALUATION_LATENTS).numpy()
    return to_bytes(generator.predict(generator_inputs(variant, latents, labels), batch_size=500, verbose=0), image_low(variant))


def nothing_drawn() -> Drawn:
    """The samples of a cell that diverged."""
    none = np.zeros(0, int)
    return Drawn(np.zeros((0, SIDE, SIDE), np.uint8), none, None, np.zeros(0), none)


def write_pictures(folder: Path, drawn: Drawn, training: Bytes) -> None:
    """Samples by the class they are read as, and those nearest to a training image above that image, nearest first."""
    write_png(folder / BY_CLASS, by_class(drawn.images, drawn.read))
    chosen = np.argsort(drawn.distances, kind="stable")[:PAIRS]
    pairs = beside_nearest(drawn.images[chosen], training[drawn.nearest[chosen]])
    write_png(folder / NEAREST, np.pad(pairs, ((0, 0), (0, PAIRS * SIDE - pairs.shape[1]))))


def write_confusion(path: Path, drawn: Drawn) -> None:
    """A line per sample: the class asked for, `any` if none was, and the class read."""
    asked = ["any"] * len(drawn.read) if drawn.asked is None else drawn.asked
    with staged_file(path) as partial:
        partial.write_text("asked,read\n" + "".join(f"{wanted},{seen}\n" for wanted, seen in zip(asked, drawn.read, strict=True)))


def sheet_curves(classifier: keras.Model, cell: Path, epochs: int, points: int, conditional: bool) -> dict[str, Any]:
    """Scores of the sample sheets by epoch, at most so many epochs, the first and the last among them.

    A sheet holds few samples, always of the same latents: its scores compare with each other, not with those of all samples.
    """
    chosen = evenly(range(epochs + 1), points)
    sheets = [sheet_images(read_png(cell / sheet_path(epoch))) for epoch in chosen]
    probabilities = np.split(read_images(classifier, np.concatenate(sheets)).probabilities, len(sheets))
    asked = np.arange(len(sheets[0])) % CLASSES
    rows = [
        {
            "epoch": epoch,
            "classifier_score": classifier_score(read),
            "effective_classes": effective_classes(class_histogram(read)),
            "class_consistency": class_consistency(read, asked) if conditional else None,
        }
        for epoch, read in zip(chosen, probabilities, strict=True)
    ]
    return {"samples": len(sheets[0]), "epochs": rows}
