"""Decode the IDX files strictly and split them: reads the raw files, writes train, validation and test as .npz, pixels still bytes.

The validation split is every k-th training image: it depends on the position only, so there is no seed.
"""

import sys
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pipeline.data.datasets import About
from pipeline.data.digits import Digits, save_digits
from pipeline.data.idx import IDX_FILES, IDX_IMAGES, IDX_LABELS, read_idx
from pipeline.files.errors import DataError, one_line_errors
from pipeline.files.json_file import read_json
from pipeline.files.owner import owner
from pipeline.integrity.inputs import check_inputs
from pipeline.settings.params import PreprocessSettings, load_settings
from pipeline.terminal.closing import closing


class Paths(NamedTuple):
    """What the stage reads and writes."""

    raw: Path
    train: Path
    validation: Path
    test: Path


def preprocess(paths: Paths, settings: PreprocessSettings) -> None:
    """Write the three splits of the data set in the folder `paths.raw`."""
    name = read_json(paths.raw / "dataset.json", About)["data_set"]
    official_train, official_test = _read_pair(paths.raw, name, *IDX_FILES[:2]), _read_pair(paths.raw, name, *IDX_FILES[2:])
    every = settings.validation_every
    held_out = np.arange(len(official_train.labels)) % every == every - 1
    splits = {paths.train: _where(official_train, ~held_out), paths.validation: _where(official_train, held_out), paths.test: official_test}
    for path, digits in splits.items():
        save_digits(path, digits)
    sizes = ", ".join(f"{path.name} ({len(digits.labels)} images)" for path, digits in splits.items())
    closing(f"wrote {paths.train.parent}: {sizes} of {name}", "dvc repro classifier")


def _read_pair(raw: Path, name: str, images_file: str, labels_file: str) -> Digits:
    images, labels = read_idx(raw / images_file, IDX_IMAGES), read_idx(raw / labels_file, IDX_LABELS)
    if len(images) != len(labels):
        raise DataError(
            f"{raw / labels_file}: expected a label for each of {len(images)} images, received {len(labels)}; run `dvc repro --force download`"
        )
    return Digits(name, images, labels)


def _where(digits: Digits, chosen: NDArray[np.bool_]) -> Digits:
    return Digits(digits.name, digits.images[chosen], digits.labels[chosen])


if __name__ == "__main__":
    with one_line_errors(), owner("preprocess"):
        paths = Paths(*map(Path, sys.argv[1:]))
        check_inputs(paths.raw)
        preprocess(paths, load_settings().preprocess)
