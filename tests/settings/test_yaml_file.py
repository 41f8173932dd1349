"""YAML as DVC reads it: DVC's own reader is the reference."""

import math
from pathlib import Path
from typing import Any

import pytest
from dvc.utils.serialize import loads_yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pipeline.files.errors import SettingsError
from pipeline.settings.yaml_file import read_yaml
from tests.conftest import ROOT

REFUSED = object()


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("yaml") / "params.yaml"


def read(path: Path, text: str) -> Any:
    path.write_text(text, encoding="utf-8")
    try:
        return read_yaml(path)
    except SettingsError:
        return REFUSED


def read_by_dvc(text: str) -> Any:
    try:
        return loads_yaml(text)
    except Exception:  # of ruamel.yaml, or of its conversions
        return REFUSED


def same(ours: Any, theirs: Any) -> bool:
    """Equal in value and type; NaN equals itself."""
    if type(ours) is not type(theirs):
        return False
    if isinstance(ours, dict):
        return ours.keys() == theirs.keys() and all(same(ours[key], theirs[key]) for key in ours)
    if isinstance(ours, list):
        return len(ours) == len(theirs) and all(map(same, ours, theirs))
    return bool(ours == theirs) or (isinstance(ours, float) and math.isnan(ours) and math.isnan(theirs))


@pytest.mark.parametrize(
    ("written", "value"),
    [
        *(("010", 10), ("09", 9), ("0o10", 8), ("0x1F", 31), ("+1", 1), ("-0", 0)),
        *(("1e-4", 1e-4), ("1E4", 1e4), ("1.e-4", 1e-4), (".5", 0.5), ("+.5e+1", 5.0), ("1.", 1.0), ("-.inf", -math.inf), (".NaN", math.nan)),
        *(
            (word, word)
            for word in ("yes", "no", "on", "off", "y", "n", "1:30", "12:30:45.5", "2020-1-1", "1e", "0o8", "0X1F", "tRue", "+", ".", "_1_")
        ),
        *(("true", True), ("False", False), ("TRUE", True), ("~", None), ("null", None), ("", None)),
        *(("'010'", "010"), ('"no"', "no"), ("'1_000'", "1_000"), ("!!str 1", "1"), ("!!int 010", 10), ("[1e3, yes]", [1000.0, "yes"])),
    ],
)
def test_a_value_is_read_by_yaml_1_2_as_dvc_reads_it(path: Path, written: str, value: object) -> None:
    assert same(read(path, f"a: {written}"), {"a": value})
    assert same(read_by_dvc(f"a: {written}"), {"a": value})


@pytest.mark.parametrize("written", ["1_000", "0.1_0", "1_", "0b11", "-0x1F", "+0o17", ".5e3", "2020-01-01", "2001-12-14 21:59:43", "="])
def test_a_value_that_dvc_reads_otherwise_than_yaml_1_2_is_refused_by_name(path: Path, written: str) -> None:
    path.write_text(f"run: 1\na: {written}\n")
    with pytest.raises(SettingsError) as raised:
        read_yaml(path)
    reason = f"line 2: expected a value that DVC and YAML 1.2 read alike, received {written}; write a number in digits, or text in quotes"
    assert str(raised.value) == f"{path}: {reason}"


NUMBER_LIKE = st.text("0123456789+-._eExXoObBaAfF:", min_size=1, max_size=8)
WORD_LIKE = st.text("nulNULtreTREfasFASyoffNinaN~.<=_", min_size=1, max_size=6)
SCALARS = st.one_of(NUMBER_LIKE, WORD_LIKE, st.integers().map(str), st.floats().map(str), st.dates().map(str), st.datetimes().map(str))


@given(SCALARS)
@example("-_")
@example("0x_")
@example("._")
@settings(max_examples=500, deadline=None)
def test_no_value_is_read_otherwise_than_by_dvc(path: Path, written: str) -> None:
    ours, theirs = read(path, f"a: {written}\n"), read_by_dvc(f"a: {written}\n")
    assert ours is REFUSED or same(ours, theirs), (written, ours, theirs)


NAMES = st.sampled_from(["a", "b", "c", "run", "1", "0x1", "01", "1.0", "true", "null"])
VALUES = st.sampled_from(["1", "010", "1e-4", "no", "0.5", "~", "'2'", "[1, 0o7]", "{x: 1, y: .inf}", "*anchor"])
SECTIONS = st.lists(st.tuples(NAMES, VALUES), max_size=4)


MERGES = st.sampled_from(["", "  <<: *anchor\n", "  <<: [*first, *anchor]\n"])


@given(SECTIONS, SECTIONS, MERGES)
@settings(max_examples=150, deadline=None)
def test_no_document_is_read_otherwise_than_by_dvc(path: Path, first: list[tuple[str, str]], second: list[tuple[str, str]], merge: str) -> None:
    def document(merge: str) -> str:
        keys = ["".join(f"  {name}: {value}\n" for name, value in section) for section in (first, second)]
        return f"top: &anchor {{a: 0, b: 0}}\nfirst: &first\n  z: 0\n{keys[0]}second:\n{merge}  z: 1\n{keys[1]}"

    ours = read(path, document(merge))
    if read_by_dvc(document("")) is REFUSED:  # a key twice, which DVC overlooks beside a merge key
        assert ours is REFUSED
    else:
        assert same(ours, read_by_dvc(document(merge)))


def test_the_projects_own_file_is_read_as_by_dvc() -> None:
    assert same(read_yaml(ROOT / "params.yaml"), loads_yaml((ROOT / "params.yaml").read_text(encoding="utf-8")))


@pytest.mark.parametrize(
    ("text", "line", "first"), [("a: 1\nb: 2\na: 1\n", 3, 1), ("s:\n  x: 1\n  a: 1\n  a: 2\n", 4, 3), ("s: {a: 1,\n a: 1}", 2, 1)]
)
def test_a_key_that_stands_twice_is_refused_by_name(path: Path, text: str, line: int, first: int) -> None:
    path.write_text(text)
    with pytest.raises(SettingsError) as raised:
        read_yaml(path)
    reason = f"line {line}: expected each key once in its section, received 'a' again (first in line {first}); remove one"
    assert str(raised.value) == f"{path}: {reason}"


def test_a_merged_key_may_be_overridden(path: Path) -> None:
    text = "base: &base {a: 1, b: 2}\nmore: &more\n  <<: *base\n  b: 3\nlast:\n  b: 4\n  <<: *more\n"
    assert read(path, text) == read_by_dvc(text) == {"base": {"a": 1, "b": 2}, "more": {"a": 1, "b": 3}, "last": {"a": 1, "b": 4}}
