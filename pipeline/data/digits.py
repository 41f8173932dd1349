"""One split of a data set as arrays, and its .npz file."""

from pathlib import Path
from typing import NamedTuple
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from pipeline.files.artifacts import staged_file
from pipeline.files.errors import DataError

CLASSES = 10
SIDE = 28  # pixels

Bytes = NDArray[np.uint8]
Floats = NDArray[np.float32]


class Digits(NamedTuple):
    """One split of a data set."""

    name: str  # the data set, as the registry names it: "mnist", "fashion_mnist", ...
    images: Bytes  # (n, 28, 28), 0 = background
    labels: Bytes  # (n,), 0 to 9


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
        DataError: The file is missing, or it holds no split.
    """
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as split:
            return Digits(str(split["name"]), split["images"], split["labels"])
    except FileNotFoundError:
        raise DataError(f"{path}: expected a split of the data set, found no file; run `dvc repro preprocess`") from None
    except (ValueError, KeyError, OSError, EOFError, BadZipFile) as error:
        raise DataError(f"{path}: expected name, images and labels as .npz ({error}); run `dvc repro --force preprocess`") from None
