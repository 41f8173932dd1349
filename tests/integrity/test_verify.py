"""`make verify` on a project that DVC made: what is damaged is named, and the two commands that it names lead back to the same bytes."""

import errno
import hashlib
import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline.integrity import verify as module
from pipeline.integrity.hashes import Content, content_of
from pipeline.integrity.inputs import check_inputs
from pipeline.integrity.verify import verify
from tests.project import ENVIRONMENT, ran, run

WEIGHTS = Path("artifacts/gan/modern-0/generator.weights.h5")
HISTORY = Path("artifacts/gan/modern-0/history.json")
RAW = Path("artifacts/raw")
VERIFY = (sys.executable, "-m", "pipeline", "verify")


@pytest.fixture
def project(finished_project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    shutil.copytree(finished_project, tmp_path / "project", symlinks=True)
    monkeypatch.chdir(tmp_path / "project")
    monkeypatch.setattr(os, "environ", ENVIRONMENT)
    return tmp_path / "project"


def md5(path: Path) -> str:
    return hashlib.md5(path.read_bytes()).hexdigest()


def outputs() -> dict[str, str]:
    return {path.as_posix(): md5(path) for path in Path("artifacts").rglob("*") if path.is_file()}


def cached(path: Path) -> Path:
    """The object of DVC's cache that a file came from."""
    return Path(".dvc/cache/files/md5", md5(path)[:2], md5(path)[2:])


def change(path: Path, content: bytes) -> None:
    """Write other bytes in their place, as a disk does: DVC sees neither another time nor another file."""
    status = path.stat()
    path.chmod(0o644)
    with path.open("r+b") as file:
        file.truncate(len(content))
        file.write(content)
    path.chmod(status.st_mode)
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))


def flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    change(path, bytes(content))


def test_a_whole_project_is_one_sentence(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    check_inputs(Path("artifacts"))
    assert verify(remove=False) == 0
    (line,) = capsys.readouterr().out.splitlines()
    assert line.endswith("outputs have the bytes that their hashes name.")


def test_everything_damaged_is_named_and_removed(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    whole, damaged, history = cached(WEIGHTS), cached(RAW / "dataset.json"), cached(HISTORY)
    listing = next(Path(".dvc/cache/files/md5").glob("*/*.dir"))
    for path in (WEIGHTS, RAW / "t10k-labels-idx1-ubyte", damaged, listing, history):
        flip(path)
    ended = run(project, *VERIFY)
    assert ended.returncode == 1, ended.stderr
    lines = ended.stdout.splitlines()
    assert len(lines) == 5
    for path, line in zip(sorted((damaged, listing, history)), lines[:3], strict=True):
        assert line.startswith(f"{project / path}: expected an object of DVC's cache with the hash ")
    assert {line.split(":")[0] for line in lines[3:]} == {str(WEIGHTS), str(RAW)}
    assert all(line.endswith("`python -m pipeline verify --remove`, then `dvc repro`, make it again") for line in lines)
    assert verify(remove=True) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "`dvc repro` makes again what was removed."
    assert whole.exists()
    assert history.read_bytes() == HISTORY.read_bytes()  # a copy was left in the workspace, so no training is needed
    assert history.stat().st_mode & 0o777 == 0o444
    assert not any(path.exists() for path in (WEIGHTS, RAW, damaged, listing))


def test_an_object_whose_file_lies_in_a_whole_folder_is_put_back(project: Path) -> None:
    damaged = cached(RAW / "dataset.json")
    flip(damaged)
    assert verify(remove=True) == 0
    assert damaged.read_bytes() == (RAW / "dataset.json").read_bytes()


def test_an_object_that_cannot_be_read_is_damaged_and_the_others_are_checked_all_the_same(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fails(path: Path) -> Content:
        if path == project / unreadable:
            raise OSError(errno.EIO, "Input/output error")
        return content_of(path)

    monkeypatch.setattr(module, "content_of", fails)  # a bad sector: whoever is root may read whatever its mode is
    unreadable, damaged = sorted((cached(WEIGHTS), cached(RAW / "dataset.json")))
    flip(damaged)
    assert verify(remove=False) == 1
    first, second = capsys.readouterr().out.splitlines()
    assert first.startswith(f"{project / unreadable}: expected an object of DVC's cache with the hash ")
    assert "received one that cannot be read (Input/output error); " in first
    assert second.startswith(f"{project / damaged}: ")


def changed_weights() -> None:
    flip(WEIGHTS)


def swapped_raw_files() -> None:
    train, test = RAW / "train-labels-idx1-ubyte", RAW / "t10k-labels-idx1-ubyte"
    contents = train.read_bytes(), test.read_bytes()
    change(train, contents[1])
    change(test, contents[0])


def changed_split() -> None:
    flip(Path("artifacts/data/train.npz"))


def truncated_object_behind_a_fresh_checkout() -> None:
    change(cached(WEIGHTS), WEIGHTS.read_bytes()[:1000])
    shutil.rmtree("artifacts")
    assert run(Path(), "dvc", "checkout").returncode == 0  # restores the damaged file without a word
    assert WEIGHTS.stat().st_size == 1000


@pytest.mark.slow
@pytest.mark.parametrize("damage", [changed_weights, swapped_raw_files, changed_split, truncated_object_behind_a_fresh_checkout])
def test_the_two_commands_lead_back_to_the_same_bytes(project: Path, damage: Callable[[], None]) -> None:
    before = outputs()
    assert ran(run(project, "dvc", "repro")) == []
    damage()
    assert outputs() != before
    assert ran(run(project, "dvc", "repro")) == []  # DVC finds nothing to do
    removed = run(project, *VERIFY, "--remove")
    assert removed.returncode == 0, removed.stderr
    assert run(project, "dvc", "repro").returncode == 0
    assert outputs() == before
    assert run(project, *VERIFY).returncode == 0
