"""Checkpoints are there whole or not at all; a damaged one is said and passed over; those of a finished training go once DVC has recorded it."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline.files.checkpoints import Checkpoints, checkpoint_folder, remove_finished
from pipeline.files.owner import owner


def write(checkpoints: Checkpoints, *numbers: int) -> None:
    for number in numbers:
        with checkpoints.writing(number) as folder:
            (folder / "arrays.npz").write_bytes(b"array %d" % number * 100)
            (folder / "history" / "sheets").mkdir(parents=True)
            (folder / "history" / "sheets" / "00000.npy").write_bytes(b"sheet")


@pytest.fixture
def checkpoints(tmp_path: Path) -> Checkpoints:
    written = Checkpoints(tmp_path / "state" / "training")
    write(written, 10, 20, 30)
    return written


def numbers(checkpoints: Checkpoints) -> list[int]:
    return sorted(int(path.name) for path in checkpoints.folder.iterdir())


def test_the_two_newest_are_kept_and_nothing_else_is_left(checkpoints: Checkpoints) -> None:
    assert numbers(checkpoints) == [20, 30]
    assert checkpoints.newest() == checkpoints.folder_of(30)
    checkpoints.clear()
    assert checkpoints.newest() is None
    assert not checkpoints.folder.exists()


def test_what_fails_while_it_is_written_leaves_the_earlier_ones(checkpoints: Checkpoints) -> None:
    with pytest.raises(OSError, match="no space"), checkpoints.writing(40) as folder:
        (folder / "arrays.npz").write_bytes(b"half")
        raise OSError("no space left")
    assert numbers(checkpoints) == [20, 30]


DYING = """
import os, signal, sys
from pathlib import Path
from pipeline.files import checkpoints, sealed
kill, name, skip = lambda *_, **__: os.kill(os.getpid(), signal.SIGKILL), sys.argv[2], int(sys.argv[3])
places = [place for place in (checkpoints, sealed, os) if hasattr(place, name)]
whole, count = getattr(places[0], name), iter(range(1000))
def dying(*given, **named):
    return kill() if next(count) == skip else whole(*given, **named)
for place in places:
    setattr(place, name, dying)
with checkpoints.Checkpoints(Path(sys.argv[1])).writing(40) as folder:
    (folder / "arrays.npz").write_bytes(b"new")
"""


@pytest.mark.parametrize(
    ("function", "skip", "newest"),
    [("seal", 0, 30), ("file_hash", 0, 30), ("sync", 0, 30), ("sync", 2, 30), ("rename", 0, 30), ("sync", 3, 40), ("sync", 4, 40)],
)
def test_killed_while_one_is_written_the_newest_whole_one_is_found(checkpoints: Checkpoints, function: str, skip: int, newest: int) -> None:
    ended = subprocess.run([sys.executable, "-c", DYING, str(checkpoints.folder), function, str(skip)])
    assert ended.returncode == -signal.SIGKILL
    assert checkpoints.newest() == checkpoints.folder_of(newest)
    write(checkpoints, 50)  # what the dead process left is removed
    assert numbers(checkpoints) == [newest, 50]


def cut(folder: Path) -> None:
    (folder / "arrays.npz").write_bytes(b"array 30" * 99)


def flip(folder: Path) -> None:
    content = bytearray((folder / "arrays.npz").read_bytes())
    content[10] ^= 1
    (folder / "arrays.npz").write_bytes(content)


def pipe(folder: Path) -> None:
    (folder / "arrays.npz").unlink()
    os.mkfifo(folder / "arrays.npz")


def link(folder: Path) -> None:
    (folder / "arrays.npz").unlink()
    (folder / "arrays.npz").symlink_to("/dev/zero")


def file(folder: Path) -> None:
    shutil.rmtree(folder)
    folder.write_text("no folder")


def other_manifest(folder: Path) -> None:
    shutil.copy(folder.with_name("0000000020") / "manifest.json", folder / "manifest.json")


DAMAGES: dict[str, Callable[[Path], object]] = {
    "cut": cut,
    "flipped": flip,
    "missing": lambda folder: (folder / "arrays.npz").unlink(),
    "added": lambda folder: (folder / "more.npz").touch(),
    "pipe": pipe,
    "link": link,
    "deep": lambda folder: (folder / "history/sheets/00000.npy").write_bytes(b"sheeT"),
    "no manifest": lambda folder: (folder / "manifest.json").unlink(),
    "empty manifest": lambda folder: (folder / "manifest.json").write_bytes(b""),
    "list as manifest": lambda folder: (folder / "manifest.json").write_text("[]"),
    "wrong types": lambda folder: (folder / "manifest.json").write_text('{"files": 1, "sha256": 2}'),
    "not text": lambda folder: (folder / "manifest.json").write_bytes(b"\xff\xfe"),
    "deep json": lambda folder: (folder / "manifest.json").write_text("[" * 100_000),
    "other manifest": other_manifest,
    "a file": file,
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_one_is_said_in_one_line_and_the_one_before_is_used(
    checkpoints: Checkpoints, damage: str, capsys: pytest.CaptureFixture[str]
) -> None:
    DAMAGES[damage](checkpoints.folder_of(30))
    assert checkpoints.newest() == checkpoints.folder_of(20)
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(f"warning: {checkpoints.folder_of(30)}: expected ")
    write(checkpoints, 25)  # from the one before the training goes on
    assert numbers(checkpoints) == [20, 25]
    assert checkpoints.newest() == checkpoints.folder_of(25)
    assert not capsys.readouterr().err


def test_those_of_a_finished_training_are_removed_if_no_process_owns_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DVC_ROOT", str(tmp_path))
    finished, stopped, other = (Checkpoints(checkpoint_folder(key)) for key in "abc")
    for each in (finished, stopped, other):
        write(each, 1)
    finished.finish("train", "modern-0")
    other.finish("train", "modern-1")
    assert finished.newest()  # until DVC has recorded the outputs
    remove_finished("train", "modern-0")
    assert [each.newest() is None for each in (finished, stopped, other)] == [True, False, False]


def test_a_training_that_ends_removes_what_its_earlier_ones_left(tmp_path: Path) -> None:
    before, after, stopped = (Checkpoints(tmp_path / key) for key in "abc")
    for each in (before, after, stopped):
        write(each, 1)
    before.finish("classifier")
    after.finish("classifier")
    assert [each.newest() is None for each in (before, after, stopped)] == [True, False, False]


def test_those_of_a_running_training_stay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DVC_ROOT", str(tmp_path))
    finished = Checkpoints(checkpoint_folder("a"))
    write(finished, 1)
    finished.finish("train", "modern-0")
    holding = "from pipeline.files.checkpoints import remove_finished; remove_finished('train', 'modern-0')"
    with owner("train", "modern-0"):
        subprocess.run([sys.executable, "-c", holding], check=True)
        assert finished.newest()


def test_a_file_that_checkpoints_share_is_not_taken_as_whole_because_a_later_one_has_it_too(tmp_path: Path) -> None:
    checkpoints = Checkpoints(tmp_path)
    write(checkpoints, 1)
    sheet = checkpoints.folder_of(1) / "history/sheets/00000.npy"
    sheet.write_bytes(b"sheeT")
    with checkpoints.writing(2) as folder:
        (folder / "history" / "sheets").mkdir(parents=True)
        os.link(sheet, folder / "history" / "sheets" / "00000.npy")
    assert checkpoints.newest() is None
