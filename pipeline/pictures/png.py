"""PNG files: the same array gives the same bytes."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from pipeline.files.artifacts import staged_file


def write_png(path: Path, image: NDArray[np.uint8]) -> None:
    """Write a picture (height, width) in greys, all of it or nothing."""
    with staged_file(path) as partial:
        Image.fromarray(image).save(partial, optimize=True)


def read_png(path: Path) -> NDArray[np.uint8]:
    """Read a picture that `write_png` wrote."""
    return np.asarray(Image.open(path))
