"""An error leaves no half-written file, and the same content gives the same bytes."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from pipeline.files.artifacts import file_hash, staged_file, staged_folder, to_json, write_json
from pipeline.files.errors import DataError
from pipeline.files.json_file import read_json
from tests.files.processes import start


def test_a_staged_folder_appears_whole_and_keeps_its_neighbours(tmp_path: Path) -> None:
    target = tmp_path / "cell"
    target.mkdir()
    (target / "kept").write_text("kept")
    (target / "images").mkdir()
    (target / "images" / "old").write_text("old")
    with staged_folder(target) as folder:
        (folder / "images").mkdir()
        (folder / "images" / "new").write_text("new")
        assert not (target / "images" / "new").exists()
    assert sorted(path.relative_to(target).as_posix() for path in target.rglob("*")) == ["images", "images/new", "kept"]
    assert list(tmp_path.iterdir()) == [target]


@pytest.mark.parametrize("failure", [RuntimeError, KeyboardInterrupt])
def test_a_failure_leaves_no_part_and_loses_nothing(tmp_path: Path, failure: type[BaseException]) -> None:
    old = tmp_path / "result.json"
    write_json(old, {"score": 1})
    with pytest.raises(failure), staged_folder(tmp_path / "cell") as folder:
        (folder / "half").write_text("half")
        raise failure
    with pytest.raises(failure), staged_file(old) as partial:
        partial.write_text("half")
        raise failure
    assert [path.name for path in tmp_path.iterdir()] == ["result.json"]
    assert read_json(old) == {"score": 1}


def test_what_a_killed_process_left_is_removed_and_what_a_living_one_writes_is_not(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as ended:
        ended.wait()
    for number in (ended.pid, os.getppid()):
        (tmp_path / f"cell.{number}.partial").mkdir()
        (tmp_path / f"cell.{number}.partial" / "stale").write_text("stale")
        (tmp_path / f".partial-{number}-scores.json").write_text("stale")
    (tmp_path / f"other.{ended.pid}.partial").mkdir()
    with staged_folder(tmp_path / "cell") as folder:
        (folder / "fresh").write_text("fresh")
    write_json(tmp_path / "scores.json", {})
    assert [path.name for path in (tmp_path / "cell").iterdir()] == ["fresh"]
    living = {f"cell.{os.getppid()}.partial", f".partial-{os.getppid()}-scores.json"}
    assert {path.name for path in tmp_path.iterdir()} == {"cell", "scores.json", f"other.{ended.pid}.partial", *living}


@pytest.mark.parametrize("content", [None, ""], ids=["missing", "empty"])
def test_nothing_is_moved_unless_all_that_is_expected_was_written(tmp_path: Path, content: str | None) -> None:
    target = tmp_path / "cell"
    target.mkdir()
    (target / "history.json").write_text("old")
    sheets = [Path("images/epoch-0000.png"), Path("images/epoch-0001.png")]
    written: list[Path | str] = ["history.json"]
    expected = (path for path in written)  # read when the block has ended, and not before
    with pytest.raises(DataError, match=r"cell/images/epoch-0001\.png: expected a file with content"), staged_folder(target, expected) as folder:
        written += sheets
        (folder / "images").mkdir()
        (folder / "history.json").write_text("new")
        (folder / sheets[0]).write_text("a sheet")
        if content is not None:
            (folder / sheets[1]).write_text(content)
    assert [path.name for path in tmp_path.iterdir()] == ["cell"]
    assert [(path.name, path.read_text()) for path in target.iterdir()] == [("history.json", "old")]


def write_cell(target: Path, sheet: str) -> None:
    with staged_folder(target) as folder:
        (folder / "images").mkdir()
        (folder / "images" / "sheet").write_text(sheet)
        write_json(folder / "history.json", {})
    write_json(target.parent / "scores.json", {})


def identities(folder: Path) -> dict[str, tuple[int, int]]:
    """Which file it is, and when it was written: what DVC looks at."""
    return {path.relative_to(folder).as_posix(): (path.stat().st_ino, path.stat().st_mtime_ns) for path in folder.rglob("*")}


def test_what_has_the_same_bytes_is_left_as_it_is(tmp_path: Path) -> None:
    write_cell(tmp_path / "cell", "sheet")
    before = identities(tmp_path)
    write_cell(tmp_path / "cell", "sheet")
    after = identities(tmp_path)
    assert {name: after[name] for name in before if name != "cell"} == {name: before[name] for name in before if name != "cell"}
    write_cell(tmp_path / "cell", "other")
    changed = {name for name, identity in identities(tmp_path).items() if identity != after[name]}
    assert changed == {"cell", "cell/images", "cell/images/sheet"}
    assert (tmp_path / "cell/images/sheet").read_text() == "other"


def test_a_folder_that_is_a_link_is_filled_where_it_leads(tmp_path: Path) -> None:
    (tmp_path / "other disk").mkdir()
    (tmp_path / "cell").symlink_to(tmp_path / "other disk")
    write_cell(tmp_path / "cell", "sheet")
    assert (tmp_path / "cell").is_symlink()
    assert (tmp_path / "other disk/images/sheet").read_text() == "sheet"


def test_a_file_and_a_folder_take_each_others_place(tmp_path: Path) -> None:
    (tmp_path / "cell/history.json").mkdir(parents=True)
    (tmp_path / "cell/images").write_text("a file")
    write_cell(tmp_path / "cell", "sheet")
    assert (tmp_path / "cell/history.json").read_text() == "{}\n"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["cell", "scores.json"]


KILLED = """
import os, signal
from pathlib import Path
from pipeline.files.artifacts import staged_folder
calls = {"left": int(os.environ["CALLS"])}
def counted(do):
    def call(*arguments):
        do(*arguments)
        calls["left"] -= 1
        if not calls["left"]:
            os.kill(os.getpid(), int(os.environ["NUMBER"]))
    return call
os.replace, Path.rename = counted(os.replace), counted(Path.rename)
with one_line_errors(), staged_folder(Path("cell")) as folder:
    for name in ("images", "more"):
        (folder / name).mkdir()
        (folder / name / "sheet").write_text("new")
    (folder / "history.json").write_text("new")
"""


@pytest.mark.parametrize("calls", [1, 2, 3])
def test_a_process_killed_within_the_moves_loses_nothing_that_the_next_does_not_make(tmp_path: Path, calls: int) -> None:
    """Of four renames: a file, a folder that another one replaces, and one that is new."""
    (tmp_path / "cell/images").mkdir(parents=True)
    (tmp_path / "cell/images/sheet").write_text("old")
    with start(KILLED, tmp_path, CALLS=str(calls), NUMBER=str(int(signal.SIGKILL))) as killed:
        assert killed.wait(60) == -signal.SIGKILL
    assert [path.name for path in tmp_path.iterdir() if path.name != "cell"] == [f"cell.{killed.pid}.partial"]
    with start(KILLED, tmp_path, CALLS="0", NUMBER="0") as again:
        assert again.wait(60) == 0
    files = {path.relative_to(tmp_path).as_posix(): path.read_text() for path in tmp_path.rglob("*") if path.is_file()}
    assert files == dict.fromkeys(["cell/history.json", "cell/images/sheet", "cell/more/sheet"], "new")


def test_a_signal_waits_until_all_has_moved(tmp_path: Path) -> None:
    (tmp_path / "cell/images").mkdir(parents=True)
    with start(KILLED, tmp_path, CALLS="1", NUMBER=str(int(signal.SIGTERM))) as stage:
        assert stage.wait(60) == 143
    assert sorted(path.name for path in (tmp_path / "cell").iterdir()) == ["history.json", "images", "more"]
    assert [path.name for path in tmp_path.iterdir()] == ["cell"]


def test_json_is_sorted_and_strict() -> None:
    text = to_json({"b": [float("nan"), 1.5], "a": {"d": float("inf"), "c": (2,)}})
    assert json.loads(text) == {"a": {"c": [2], "d": None}, "b": [None, 1.5]}
    assert text.index('"a"') < text.index('"b"')
    assert text == to_json({"a": {"c": (2,), "d": float("inf")}, "b": [float("nan"), 1.5]})


def test_unreadable_json_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"none\.json: expected a JSON file, found none"):
        read_json(tmp_path / "none.json")
    (tmp_path / "half.json").write_text('{"a": ')
    with pytest.raises(DataError, match=r"half\.json: expected JSON"):
        read_json(tmp_path / "half.json")


def test_a_file_hash_is_the_hash_of_its_bytes(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"abc")
    assert file_hash(tmp_path / "file", "md5") == "900150983cd24fb0d6963f7d28e17f72"
