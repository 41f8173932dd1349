"""Every kind of file of a finished project: whole it is read, and damaged in any way it is refused in one line or read as something of its kind.

What keeps its form, such as a pixel that became another, is for `check_recorded`, which refuses every damage.
"""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from benchmarks.torture.readers import reader_of
from pipeline.files.errors import DataError
from pipeline.integrity import inputs
from pipeline.integrity.inputs import check_recorded
from pipeline.settings.lock_file import read_lock

DAMAGES = 8  # of each file


FILES = (
    *("raw/dataset.json", "raw/train-images-idx3-ubyte", "raw/t10k-labels-idx1-ubyte", "data/train.npz"),
    *("classifier/classifier.weights.h5", "classifier/report.json", "classifier/history.json"),
    *("reference/features.npz", "reference/real_reference.json", "reference/negative_controls.json", "reference/real_by_class.png"),
    *("gan/modern-0/generator.weights.h5", "gan/modern-0/history.json", "gan/modern-0/evidence.json", "gan/modern-0/samples.npy"),
    *("gan/modern-0/figure.png", "evaluation/modern-0/scores.json", "evaluation/modern-0/curves.json", "evaluation/modern-0/nearest.png"),
    *("diagnosis/modern-0.json", "leaderboard.json"),
)


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


@pytest.mark.parametrize("name", FILES)
def test_a_file_is_read_whole_and_refused_in_one_line(project: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(project)
    path = Path("artifacts", name)
    read = reader_of(path)
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
    kinds = {Path(name).name for name in FILES}
    alike = {"discriminator.weights.h5", "validation.npz", "test.npz", "by_class.png", "samples.png"}  # as one that is read above
    alike |= {"train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "asker-0.json"}
    for path in (project / "artifacts").rglob("*"):
        if path.name.endswith(suffixes) and path.parent.name not in ("metrics", "images"):  # only DVC and the eye read those
            assert path.name in kinds | alike, path
