"""One split of a data set as arrays, and its .npz file."""

from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pipeline.files.arrays import Expected, read_arrays
from pipeline.files.artifacts import staged_file
from pipeline.files.errors import DataError
from pipeline.files.reading import MAKE_AGAIN

CLASSES = 10
SIDE = 28  # pixels

Bytes = NDArray[np.uint8]
Floats = NDArray[np.float32]
SPLIT = {"name": Expected("<U", ()), "images": Expected("|u1", (None, SIDE, SIDE)), "labels": Expected("|u1", (None,))}


class Digits(NamedTuple):
    """One split of a data set."""

    name: str  # the data set, as the registry names it: "mnist", "fashion_mnist", ...
    images: Bytes  # (n, 28, 28), 0 = background
    labels: Bytes  # (n,), 0 to 9


def class_frequencies(digits: Digits) -> NDArray[np.float64]:
    """Share of the images of each class, (10,)."""
    return np.bincount(digits.labels, minlength=CLASSES) / len(digits.labels)


def save_digits(path: Path, digits: Digits) -> None:
    """Write a split as .npz; an error leaves no part of the file."""
    with staged_file(path) as partial:
        np.savez(partial, name=np.array(digits.name), images=digits.images, labels=digits.labels)


def load_digits(path: Path) -> Digits:
    """Read a split.

    Args:
        path: The .npz file.

    Returns:
        The split, as `save_digits` wrote it.

    Raises:
        DataError: The file is missing, damaged, or holds no split.
    """
    split = read_arrays(path, SPLIT)
    images, labels = split["images"], split["labels"]
    if len(images) != len(labels):
        raise DataError(f"{path}: expected a label for each of {len(images)} images, received {len(labels)}; {MAKE_AGAIN}")
    if labels.size and labels.max() >= CLASSES:
        raise DataError(f"{path}: expected labels from 0 to {CLASSES - 1}, received {labels.max()}; {MAKE_AGAIN}")
    return Digits(str(split["name"]), images, labels)
