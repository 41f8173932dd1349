"""What the pictures show of a variant, kept in benchmarks/published/: its last samples and its losses, of the first seed.

With these and results.json a publication continues on another machine, without the weights of the cells that are published already.
"""

from pathlib import Path

import numpy as np

from pipeline.files.artifacts import write_json
from pipeline.files.cells import HISTORY, SAMPLE_ARRAYS
from pipeline.files.json_file import Schema, read_json
from pipeline.pictures.grids import in_rows
from pipeline.pictures.png import write_png
from pipeline.pictures.sheets import COLUMNS

KEPT = Path("benchmarks/published")
ROWS = 5  # of ten samples
NAMES = ("d_loss", "g_loss")


class Losses(Schema):
    """The losses of a variant by epoch; null where a training diverged."""

    data_set: str
    epochs: list[int]
    d_loss: list[float | None]
    g_loss: list[float | None]


def keep(variant: str, gan: Path) -> None:
    """Keep the last samples and the losses of a cell.

    Args:
        variant: of the cell.
        gan: the folder of its GAN.
    """
    history = read_json(gan / HISTORY)
    losses = {name: [row[name] for row in history["epochs"]] for name in NAMES}
    write_json(losses_of(variant), {"data_set": history["data_set"], "epochs": [row["epoch"] for row in history["epochs"]], **losses})
    write_png(samples_of(variant), in_rows(np.load(gan / SAMPLE_ARRAYS)[-1][: ROWS * COLUMNS], COLUMNS))


def is_kept(variant: str) -> bool:
    """Whether a variant's samples and losses are there."""
    return samples_of(variant).is_file() and losses_of(variant).is_file()


def samples_of(variant: str) -> Path:
    """The picture of a variant's samples, five rows of ten."""
    return KEPT / f"{variant}.png"


def losses_of(variant: str) -> Path:
    """The losses of a variant, to be read as `Losses`."""
    return KEPT / f"{variant}.json"
