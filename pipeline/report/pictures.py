"""PNG files and arrays of images as small pictures within the page, written as data URIs. The same pixels give the same text."""

import base64
import io
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from pipeline.data.digits import SIDE
from pipeline.evaluation.subsample import subsample
from pipeline.files.cells import read_sheets
from pipeline.pictures.grids import in_rows
from pipeline.pictures.png import open_picture, read_png
from pipeline.pictures.sheets import COLUMNS

GREYS = 16  # of a channel; they look the same as 256, and noise, which does not compress, takes half the bytes
FIGURE_COLOURS = 64
MOST_SHEETS = 8
CARD_ROWS = 5  # of ten images on a card of the first screen


class Picture(NamedTuple):
    """A picture and its size in pixels."""

    source: str
    width: int
    height: int


class Sheet(NamedTuple):
    """The sample sheet of an epoch."""

    epoch: int
    picture: Picture


def sheets(cell: Path) -> list[Sheet]:
    """Up to MOST_SHEETS sample sheets of a cell, evenly spread from before the first epoch to the last."""
    arrays = read_sheets(cell, mapped=True)
    return [Sheet(epoch, _digits(in_rows(arrays[epoch], COLUMNS))) for epoch in subsample(range(len(arrays)), MOST_SHEETS)]


def last_samples(cell: Path) -> Picture:
    """The first rows of a cell's last sample sheet."""
    return _digits(in_rows(read_sheets(cell, mapped=True)[-1][: CARD_ROWS * COLUMNS], COLUMNS))


def first_rows(path: Path) -> Picture:
    """The first rows of a picture of digits."""
    return _digits(read_png(path)[: CARD_ROWS * SIDE])


def digits(path: Path) -> Picture:
    """A picture of digits."""
    return _digits(read_png(path))


def figure(path: Path) -> Picture:
    """A plot, in few colours."""
    # MAXCOVERAGE, because the default, by frequency, turns a thin red line brown.
    picture = open_picture(path).convert("RGB").quantize(FIGURE_COLOURS, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
    return _in_page(picture)


def _digits(image: NDArray[np.uint8]) -> Picture:
    step = 255 // (GREYS - 1)
    if image.ndim == 3:
        return _in_page(Image.fromarray((np.round(image / step) * step).astype(np.uint8)))
    picture = Image.fromarray(np.round(image / step).astype(np.uint8)).convert("P")
    picture.putpalette([grey * step for grey in range(GREYS) for _ in "RGB"])
    return _in_page(picture)


def _in_page(picture: Image.Image) -> Picture:
    buffer = io.BytesIO()
    picture.convert("RGB").save(buffer, "WEBP", lossless=True, quality=100, method=4)  # a seventh smaller than PNG
    return Picture(f"data:image/webp;base64,{base64.b64encode(buffer.getvalue()).decode()}", *picture.size)
