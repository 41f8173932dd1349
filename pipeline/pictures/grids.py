"""Pictures of evaluation, and the images on a sample sheet that training drew. Pixels are the images' own, without scale or caption."""

import numpy as np

from pipeline.data.digits import CLASSES, SIDE, Bytes
from pipeline.pictures.sheets import CAPTION_HEIGHT, COLUMNS, SCALE

ROWS = 10  # images of each class


def unscaled(sheet: Bytes) -> Bytes:
    """The digits of a sample sheet as they were drawn, (28 rows, 280), without its caption."""
    return sheet[CAPTION_HEIGHT::SCALE, ::SCALE]


def sheet_images(sheet: Bytes) -> Bytes:
    """The images (n, 28, 28) of a sample sheet, row by row: a column per class."""
    return unscaled(sheet).reshape(-1, SIDE, COLUMNS, SIDE).swapaxes(1, 2).reshape(-1, SIDE, SIDE)


def by_class(images: Bytes, classes: np.ndarray) -> Bytes:
    """The first ten images of each class as a column, (280, 280); black where there are fewer."""
    grid = np.zeros((ROWS, CLASSES, SIDE, SIDE), np.uint8)
    for label in range(CLASSES):
        chosen = images[classes == label][:ROWS]
        grid[: len(chosen), label] = chosen
    return _joined(grid)


def beside_nearest(images: Bytes, nearest: Bytes) -> Bytes:
    """A row of images above the row of those nearest to them, (56, 28 n)."""
    return _joined(np.stack([images, nearest]))


def _joined(grid: Bytes) -> Bytes:
    rows, columns = grid.shape[:2]
    return grid.swapaxes(1, 2).reshape(rows * SIDE, columns * SIDE)
