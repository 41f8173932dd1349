"""The checked reader of each file that stages read, by its name; whatever is damaged, it may raise `DataError` alone."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from pipeline.classifier.files import ClassifierHistory, Report
from pipeline.data.datasets import About
from pipeline.data.digits import load_digits
from pipeline.data.idx import IDX_IMAGES, IDX_LABELS, read_idx
from pipeline.evaluation.files import FEATURES, CellScores, Curves, NegativeControls, RealReference
from pipeline.files.arrays import read_arrays
from pipeline.files.cells import Evidence, History, read_sheets
from pipeline.files.errors import DataError
from pipeline.files.hdf5 import find_datasets
from pipeline.files.json_file import read_json
from pipeline.files.reading import read_bounded
from pipeline.pictures.png import open_picture
from pipeline.report.findings import Diagnosis
from pipeline.report.outputs import Leaderboard

Reader = Callable[[Path], Any]


def _read_weights(path: Path) -> None:
    """What `read_weights` does with a file before it fills a network, which would need TensorFlow."""
    try:
        find_datasets(read_bounded(path, "weights", 100_000_000))
    except (ValueError, RecursionError) as error:
        raise DataError(f"{path}: {error}") from None


def _json(schema: Any) -> Reader:
    return lambda path: read_json(path, schema)


READERS: dict[str, Reader] = {  # the first pattern that fits
    "raw/dataset.json": _json(About),
    "raw/*-images-idx3-ubyte": lambda path: read_idx(path, IDX_IMAGES),
    "raw/*-labels-idx1-ubyte": lambda path: read_idx(path, IDX_LABELS),
    "data/*.npz": load_digits,
    "classifier/report.json": _json(Report),
    "classifier/history.json": _json(ClassifierHistory),
    "reference/features.npz": lambda path: read_arrays(path, FEATURES),
    "reference/real_reference.json": _json(RealReference),
    "reference/negative_controls.json": _json(NegativeControls),
    "history.json": _json(History),
    "evidence.json": _json(Evidence),
    "samples.npy": lambda path: read_sheets(path.parent),
    "scores.json": _json(CellScores),
    "curves.json": _json(Curves),
    "diagnosis/*.json": _json(Diagnosis),
    "leaderboard.json": _json(Leaderboard),
    "*.weights.h5": _read_weights,
    "*.png": open_picture,
    "confusion.csv": lambda path: read_bounded(path, "a table", 100_000_000),
}


def reader_of(path: Path) -> Reader:
    """The reader of a file.

    Raises:
        LookupError: No stage reads such a file.
    """
    for pattern, read in READERS.items():
        if path.match(pattern):
            return read
    raise LookupError(f"{path}: expected a file that a stage reads, received one without a reader")
