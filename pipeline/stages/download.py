"""Fetch the data set's four IDX files: reads mirrors or scikit-learn's bundled digits, writes the verified, decompressed files.

`dataset.json` beside them names the data set; every later output repeats the name.
"""

import hashlib
import os
import sys
from pathlib import Path

import numpy as np
from PIL import Image
from sklearn.datasets import load_digits

from pipeline.data.digits import SIDE, Bytes
from pipeline.data.idx import IDX_FILES, encode_idx
from pipeline.download.mirrors import Expected, fetch_verified
from pipeline.files.artifacts import staged_folder, write_json
from pipeline.files.errors import DownloadError, one_line_errors
from pipeline.settings.params import DownloadSettings, load_settings

OFFICIAL = tuple(
    Expected(name, size, sha256)
    for name, size, sha256 in zip(
        IDX_FILES,
        (47_040_016, 60_008, 7_840_016, 10_008),
        (
            "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
            "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
            "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
            "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
        ),
        strict=True,
    )
)
BOX = 20  # pixels: the side of MNIST's bounding box for a digit
TEST_EVERY = 5  # every fifth bundled digit is a test digit


def download(raw: Path, settings: DownloadSettings) -> None:
    """Fill the folder `raw` with the four IDX files and dataset.json."""
    files = _bundled_digits() if settings.source == "digits" else _mnist(settings)
    with staged_folder(raw) as folder:
        for name, content in files.items():
            (folder / name).write_bytes(content)
        hashes = {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}
        write_json(folder / "dataset.json", {"data_set": settings.source, "sha256": hashes})


def _mnist(settings: DownloadSettings) -> dict[str, bytes]:
    own = os.environ.get("MNIST_MIRROR")
    try:
        return fetch_verified(OFFICIAL, ([own] if own else []) + settings.mirrors, settings)
    except DownloadError as error:
        raise DownloadError(
            f"MNIST: {error}; either set MNIST_MIRROR to a folder or web folder that holds its four .gz files, "
            "or set download.source: digits in params.yaml"
        ) from None


def _bundled_digits() -> dict[str, bytes]:
    """The 1797 digits of 8x8 that scikit-learn carries (Alpaydin and Kaynak 1998), drawn like MNIST's, split by position."""
    bundled = load_digits()
    images = np.stack([_like_mnist(image) for image in bundled.images])
    labels = bundled.target.astype(np.uint8)
    test = np.arange(len(labels)) % TEST_EVERY == TEST_EVERY - 1
    arrays = (images[~test], labels[~test], images[test], labels[test])
    return {name: encode_idx(array) for name, array in zip(IDX_FILES, arrays, strict=True)}


def _like_mnist(image: np.ndarray) -> Bytes:
    """An image of 8x8 values from 0 to 16, enlarged to 20x20 and laid into 28x28 with its centre of mass in the middle."""
    enlarged = Image.fromarray((image * (255 / 16)).astype(np.uint8)).resize((BOX, BOX), Image.Resampling.BICUBIC)
    box = np.asarray(enlarged, np.float64)
    corners = [round(SIDE / 2 - (box.sum(axis=1 - axis) * (np.arange(BOX) + 0.5)).sum() / box.sum()) for axis in (0, 1)]
    top, left = np.clip(corners, 0, SIDE - BOX)
    canvas = np.zeros((SIDE, SIDE), np.uint8)
    canvas[top : top + BOX, left : left + BOX] = np.asarray(enlarged)
    return canvas


if __name__ == "__main__":
    with one_line_errors():
        download(Path(sys.argv[1]), load_settings().download)
