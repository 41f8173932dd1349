"""PNG files -> small pictures that stand in the page as data URIs. The same file gives the same text."""

import base64
import io
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from pipeline.evaluation.subsample import evenly
from pipeline.files.cells import sheet_path
from pipeline.pictures.grids import unscaled
from pipeline.pictures.png import read_png

GREYS = 16  # a reader sees no difference, and noise, which does not compress, takes half the room
FIGURE_COLOURS = 64
MOST_SHEETS = 8


class Picture(NamedTuple):
    """A picture and its size in pixels."""

    source: str
    width: int
    height: int


class Sheet(NamedTuple):
    """The samples after an epoch."""

    epoch: int
    picture: Picture


def sheets(cell: Path) -> list[Sheet]:
    """Sample sheets of a cell from its first epoch to its last, as the digits themselves: no caption, unscaled."""
    paths = sorted((cell / sheet_path(0)).parent.glob("epoch-*.png"))
    return [Sheet(int(path.stem.removeprefix("epoch-")), _digits(unscaled(read_png(path)))) for path in evenly(paths, MOST_SHEETS)]


def digits(path: Path) -> Picture:
    """A picture of digits."""
    return _digits(read_png(path))


def figure(path: Path) -> Picture:
    """A plot, in few colours."""
    # By coverage, for the usual cut by frequency turns a thin red line brown.
    picture = Image.open(path).convert("RGB").quantize(FIGURE_COLOURS, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
    return _in_page(picture)


def _digits(image: NDArray[np.uint8]) -> Picture:
    step = 255 // (GREYS - 1)
    picture = Image.fromarray(np.round(image / step).astype(np.uint8)).convert("P")
    picture.putpalette([grey * step for grey in range(GREYS) for _ in "RGB"])
    return _in_page(picture)


def _in_page(picture: Image.Image) -> Picture:
    buffer = io.BytesIO()
    picture.convert("RGB").save(buffer, "WEBP", lossless=True, quality=100, method=4)  # a seventh smaller than PNG
    return Picture(f"data:image/webp;base64,{base64.b64encode(buffer.getvalue()).decode()}", *picture.size)
