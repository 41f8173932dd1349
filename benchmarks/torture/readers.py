"""The checked reader of each file that stages read, by its name; whatever is damaged, it may raise `DataError` alone."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from pipeline.classifier.files import Report
from pipeline.data.datasets import About
from pipeline.data.digits import load_digits
from pipeline.data.idx import IDX_IMAGES, IDX_LABELS, read_idx
from pipeline.evaluation.files import CellScores, Curves, RealReference
from pipeline.files.arrays import Expected, read_arrays
from pipeline.files.cells import Evidence, History, read_sheets
from pipeline.files.errors import DataError
from pipeline.files.hdf5 import find_datasets
from pipeline.files.json_file import read_json
from pipeline.files.reading import read_bounded
from pipeline.pictures.png import open_picture
from pipeline.report.findings import Diagnosis


def _read_weights(path: Path) -> None:
    """What `read_weights` does with a file before it fills a network, which would need TensorFlow."""
    try:
        find_datasets(read_bounded(path, "weights", 100_000_000))
    except ValueError as error:
        raise DataError(f"{path}: {error}") from None


FEATURES = {
    "features": Expected("<f8", (None, 128)),
    "labels": Expected("|u1", (None,)),
    "nearest": Expected("<f8", (None,)),
    "training": Expected("<f4", (None, 128)),
}
SCHEMAS = {"report": Report, "dataset": About, "scores": CellScores, "curves": Curves, "real_reference": RealReference}
SCHEMAS |= {"evidence": Evidence, "history": History}
READERS: dict[str, Callable[[Path], Any]] = {
    "*images-idx3-ubyte": lambda path: read_idx(path, IDX_IMAGES),
    "*labels-idx1-ubyte": lambda path: read_idx(path, IDX_LABELS),
    "features.npz": lambda path: read_arrays(path, FEATURES),
    "*.npz": load_digits,
    "samples.npy": lambda path: read_sheets(path.parent),
    "*.weights.h5": _read_weights,
    "*.png": open_picture,
    **{f"{name}.json": lambda path, schema=schema: read_json(path, schema) for name, schema in SCHEMAS.items()},  # type: ignore[misc]
    "diagnosis/*.json": lambda path: read_json(path, Diagnosis),
}
