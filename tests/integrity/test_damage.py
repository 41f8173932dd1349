"""Every kind of file of a finished project: whole it is read, and damaged in any way it is refused in one line or read as something of its kind.

What keeps its form, such as a pixel that became another, is for `check_recorded`, which refuses every damage.
"""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

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
from pipeline.integrity import inputs
from pipeline.integrity.inputs import check_recorded
from pipeline.pictures.png import open_picture, read_png
from pipeline.report.findings import Diagnosis
from pipeline.report.outputs import Leaderboard
from pipeline.settings.lock_file import read_lock

DAMAGES = 8  # of each file


def as_json(schema: Any) -> Callable[[Path], Any]:
    return lambda path: read_json(path, schema)


def arrays_of_weights(path: Path) -> Any:
    try:
        return find_datasets(path.read_bytes())
    except (ValueError, RecursionError) as error:
        raise DataError(str(error)) from None


READERS: dict[str, Callable[[Path], Any]] = {
    "raw/dataset.json": as_json(About),
    "raw/train-images-idx3-ubyte": lambda path: read_idx(path, IDX_IMAGES),
    "raw/t10k-labels-idx1-ubyte": lambda path: read_idx(path, IDX_LABELS),
    "data/train.npz": load_digits,
    "classifier/classifier.weights.h5": arrays_of_weights,
    "classifier/report.json": as_json(Report),
    "classifier/history.json": as_json(ClassifierHistory),
    "reference/features.npz": lambda path: read_arrays(path, FEATURES),
    "reference/real_reference.json": as_json(RealReference),
    "reference/negative_controls.json": as_json(NegativeControls),
    "reference/real_by_class.png": read_png,
    "gan/modern-0/generator.weights.h5": arrays_of_weights,
    "gan/modern-0/history.json": as_json(History),
    "gan/modern-0/evidence.json": as_json(Evidence),
    "gan/modern-0/samples.npy": lambda path: read_sheets(path.parent),
    "gan/modern-0/figure.png": open_picture,
    "evaluation/modern-0/scores.json": as_json(CellScores),
    "evaluation/modern-0/curves.json": as_json(Curves),
    "evaluation/modern-0/nearest.png": read_png,
    "diagnosis/modern-0.json": as_json(Diagnosis),
    "leaderboard.json": as_json(Leaderboard),
}


def damaged(content: bytes, random: np.random.Generator) -> bytes:
    """The content with bits flipped, cut, doubled, overwritten, or with more behind it."""
    first, last = sorted(random.integers(0, len(content), 2))
    middle = content[first : first + min(last - first, 500)]
    match random.integers(0, 6):
        case 0:
            flipped = bytearray(content)
            for place in random.integers(0, len(content), 3):
                flipped[place] ^= 1 << random.integers(0, 8)
            return bytes(flipped)
        case 1:
            head = bytearray(content)
            head[random.integers(0, min(len(content), 200))] = random.integers(0, 256)
            return bytes(head)
        case 2:
            return content[:last]
        case 3:
            return content[:first] + middle + content[first:]
        case 4:
            return content[:first] + bytes(len(middle)) + content[first + len(middle) :]
        case _:
            return content + random.bytes(50)


def refusal(read: Callable[[Path], Any], path: Path) -> str:
    """What the reader says; empty if it has read the file."""
    try:
        read(path)
    except DataError as error:
        return str(error)
    return ""


@pytest.fixture(scope="module")
def project(finished_project: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("damaged") / "project"
    shutil.copytree(finished_project, folder, ignore=shutil.ignore_patterns(".git", "cache", "pipeline"))
    return folder


@pytest.mark.parametrize("name", READERS)
def test_a_file_is_read_whole_and_refused_in_one_line(project: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(project)
    path, read = Path("artifacts", name), READERS[name]
    whole, random = path.read_bytes(), np.random.default_rng(len(name))
    read(path)
    out = path.parent if name.startswith("raw/") else path  # a folder is recorded as a whole
    recorded = read_lock(inputs.LOCK)[out.as_posix()]
    check_recorded(out, recorded)
    for _ in range(DAMAGES):
        content = damaged(whole, random)
        path.write_bytes(content)
        assert "\n" not in (message := refusal(read, path))
        assert len(message) < 600
        if content != whole:
            with pytest.raises(DataError, match=r"expected the bytes that dvc\.lock records"):
                check_recorded(out, recorded)
    path.write_bytes(whole)


def test_every_json_file_and_array_of_the_project_has_a_reader(project: Path) -> None:
    suffixes = (".json", ".npz", ".npy", ".h5", ".png", "-ubyte")
    kinds = {Path(name).name for name in READERS}
    alike = {"discriminator.weights.h5", "validation.npz", "test.npz", "by_class.png", "samples.png"}  # as one that is read above
    alike |= {"train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "asker-0.json"}
    for path in (project / "artifacts").rglob("*"):
        if path.name.endswith(suffixes) and path.parent.name not in ("metrics", "images"):  # only DVC and the eye read those
            assert path.name in kinds | alike, path
