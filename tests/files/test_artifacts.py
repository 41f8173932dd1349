"""An error leaves no half-written file, and the same content gives the same bytes."""

import json
from pathlib import Path

import pytest

from pipeline.files.artifacts import file_hash, read_json, staged_file, staged_folder, to_json, write_json
from pipeline.files.errors import DataError


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


def test_what_a_killed_process_left_does_not_get_into_the_result(tmp_path: Path) -> None:
    (tmp_path / "cell.partial").mkdir()
    (tmp_path / "cell.partial" / "stale").write_text("stale")
    with staged_folder(tmp_path / "cell") as folder:
        (folder / "fresh").write_text("fresh")
    assert [path.name for path in (tmp_path / "cell").iterdir()] == ["fresh"]


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
