"""Pictures of many digits side by side. Pixels are the images' own, without scale or caption."""

import numpy as np

from pipeline.data.digits import CLASSES, SIDE, Bytes

ROWS = 10  # images of each class


def in_rows(images: Bytes, columns: int) -> Bytes:
    """Images (n, 28, 28) in rows of `columns`: (height, width), or with colours (n, 28, 28, 3): (height, width, 3). What is left over is black.

    >>> in_rows(np.zeros((13, 28, 28), np.uint8), columns=10).shape
    (56, 280)
    """
    rows = -(-len(images) // columns)
    grid = np.zeros((rows * columns, *images.shape[1:]), np.uint8)
    grid[: len(images)] = images
    return _joined(grid.reshape(rows, columns, *images.shape[1:]))


def by_class(images: Bytes, classes: np.ndarray) -> Bytes:
    """The first ten images of each class as a column: (280, 280); black where a class has fewer."""
    grid = np.zeros((ROWS, CLASSES, SIDE, SIDE), np.uint8)
    for label in range(CLASSES):
        chosen = images[classes == label][:ROWS]
        grid[: len(chosen), label] = chosen
    return _joined(grid)


def beside_nearest(images: Bytes, nearest: Bytes) -> Bytes:
    """A row of n images above a row with the nearest training image of each: (56, 28 n)."""
    return _joined(np.stack([images, nearest]))


def _joined(grid: Bytes) -> Bytes:
    rows, columns = grid.shape[:2]
    return grid.swapaxes(1, 2).reshape(rows * SIDE, columns * SIDE, *grid.shape[4:])
