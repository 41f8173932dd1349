"""JSON by a schema: what its writer writes is read as it stands, and anything else is refused in one line that names it."""

import ast
import os
from pathlib import Path
from typing import Any

import pytest

from pipeline.files.artifacts import write_json
from pipeline.files.cells import History
from pipeline.files.errors import DataError
from pipeline.files.json_file import MOST_BYTES, Count, Number, Schema, parse_json, read_json
from tests.conftest import ROOT
from tests.written import history


class Part(Schema):
    name: str
    sizes: list[Count]
    score: Number


WHOLE = b'{"name": "a", "sizes": [1, 2], "score": 0.5}'


def refused(content: bytes, schema: Any = Part) -> str:
    with pytest.raises(DataError) as raised:
        parse_json(content, schema, "part.json")
    message = str(raised.value)
    assert message.startswith("part.json: ")
    assert "\n" not in message
    assert len(message) < 500
    return message


def test_what_is_written_is_read_as_it_stands(tmp_path: Path) -> None:
    assert parse_json(WHOLE, Part, "part.json") == {"name": "a", "sizes": [1, 2], "score": 0.5}
    for score in (b"3", b"null", b"-1.5e-7"):
        parse_json(WHOLE.replace(b"0.5", score), Part, "part.json")
    for content in (history(), history(status="stopped", stopped_by="pinned_loss"), history(variant="größer")):
        write_json(tmp_path / "history.json", content)
        assert read_json(tmp_path / "history.json", History) == content


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "expected JSON, received something else"),
        (WHOLE[:-1], "expected JSON, received something else"),
        (WHOLE + b" 1", "Extra data"),
        (b"\xff" + WHOLE, "utf-8"),
        (b"\xef\xbb\xbf" + WHOLE, "BOM"),
        (WHOLE.replace(b"0.5", b"NaN"), "NaN is not a number of JSON"),
        (WHOLE.replace(b"0.5", b"-Infinity"), "-Infinity is not a number of JSON"),
        (WHOLE.replace(b"0.5", b"1e999"), "too large a number"),
        (WHOLE.replace(b"0.5", b"9" * 19), "too large a whole number"),
        (WHOLE.replace(b"0.5", b"9" * 100_000), "too large a whole number"),
        (WHOLE.replace(b"0.5", b"true"), "score: expected a number or null, received True"),
        (WHOLE.replace(b"0.5", b'"high"'), "score: expected a number or null, received 'high'"),
        (WHOLE.replace(b"[1", b'["1"'), "sizes.0: expected a valid integer, received '1'"),
        (WHOLE.replace(b"[1", b"[-1"), "sizes.0: expected greater than or equal to 0, received -1"),
        (WHOLE.replace(b'"name"', b'"nane"'), "nane: expected only keys that its writer knows, received this one"),
        (WHOLE.replace(b'"name": "a", ', b""), "name: expected a value, the key is missing"),
        (WHOLE.replace(b'"name"', b'"score"'), "the key 'score' comes twice"),
        (b"[" + WHOLE + b"]", "the whole: expected"),
        (b"null", "the whole: expected"),
    ],
)
def test_anything_else_is_refused_by_name(content: bytes, reason: str) -> None:
    message = refused(content)
    assert reason in message
    assert message.endswith("`python -m pipeline verify --remove`, then `dvc repro`, make it again")


@pytest.mark.parametrize("levels", [99, 101, 2_000, 1_000_000])
@pytest.mark.parametrize(("left", "right"), [(b"[", b"]"), (b'{"a":', b"}")])
def test_depth_is_bounded(levels: int, left: bytes, right: bytes) -> None:
    content = left * levels + b"0" + right * levels
    if levels < 100:
        parse_json(content, Any, "part.json")
    else:
        assert "expected JSON of at most 100 levels, received more" in refused(content, Any)


def test_a_long_key_or_value_is_shown_in_part() -> None:
    refused(WHOLE.replace(b'"a"', b"[" + b"7," * 10_000 + b"7]"))
    refused(WHOLE.replace(b'"name"', b'"' + b"n" * 10_000 + b'"'))
    refused(b'{"' + b"k" * 10_000 + b'": 1, "' + b"k" * 10_000 + b'": 1}')


def test_what_is_no_file_or_too_large_is_refused_before_it_is_read(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"none\.json: expected a JSON file, found none; `dvc repro` makes it"):
        read_json(tmp_path / "none.json", Part)
    with pytest.raises(DataError, match="expected a JSON file, received a folder"):
        read_json(tmp_path, Part)
    os.mkfifo(tmp_path / "pipe.json")
    with pytest.raises(DataError, match="expected a JSON file, received a pipe or a device"):
        read_json(tmp_path / "pipe.json", Part)
    with (tmp_path / "large.json").open("wb") as file:
        file.truncate(2**40)  # no byte of it is on the disk
    with pytest.raises(DataError, match=f"expected a JSON file of at most {MOST_BYTES} bytes, received {2**40}"):
        read_json(tmp_path / "large.json", Part)


def test_the_package_reads_no_json_without_a_schema() -> None:
    calls = {
        f"{path.relative_to(ROOT)}:{node.lineno}": len(node.args)
        for path in (ROOT / "pipeline").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "read_json"
    }
    assert len(calls) > 20
    assert {place for place, arguments in calls.items() if arguments < 2} == set()
