"""JSON by a schema: `pipeline.files.json_file.read_json`, with the schema of a training's history."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.fuzz.kind import BrokenPromiseError, Kind

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

VALID: dict[str, Any] = {
    "data_set": "mnist",
    "variant": "modern",
    "seed": 3,
    "status": "stopped",
    "stopped_by": "mode_collapse",
    "epochs": [{"epoch": 1, "d_loss": 0.5, "g_loss": -1e-9}, {"epoch": 2, "d_loss": None, "g_loss": 12, "seconds": 3}],
}
PARTS = [
    *("NaN", "Infinity", "-Infinity", "1e400", "-0", "01", "1.", ".5", "9" * 19, "9" * 20, "9" * 5000, "-" + "9" * 5000, "1e" + "9" * 40),
    *("null", "true", "[]", "{}", '""', "'x'", '"\\ud800"', '"\\u0000"', '"\\u001b[2J"', '"\\x"', '"', "[1,]", "{1: 2}", '{"a": 1, "a": 2}', "// x"),
    *("[" * 100 + "]" * 100, "[" * 102 + "]" * 102, "[" * 5000 + "]" * 5000, "[" * 9000, '{"a":' * 5000, '{"a":' * 3000 + "1" + "}" * 3000),
    *('"' + "x" * 5000 + '"', '{"' + "x" * 5000 + '": 1}', "\N{BYTE ORDER MARK}", '"\N{RIGHT-TO-LEFT OVERRIDE}"', "\0", "\x1b[31m"),
]


def _reader() -> Callable[[Path], object]:
    from pipeline.files.cells import History
    from pipeline.files.json_file import read_json

    def read(path: Path) -> None:
        content = read_json(path, History)
        if json.loads(path.read_bytes()) != content or content.keys() | {"stopped_by"} != VALID.keys():
            raise BrokenPromiseError("what was read is not what the file holds")
        json.dumps(content, allow_nan=False).encode()

    return read


def _seeds() -> list[bytes]:
    finished = {name: value for name, value in VALID.items() if name != "stopped_by"}
    return [json.dumps(VALID, indent=2).encode(), json.dumps(VALID).encode(), json.dumps(finished).encode()]


def _scratch() -> "SearchStrategy[bytes]":
    """The valid content with one of its parts replaced, by other JSON or by what only looks like it; and JSON of any form."""
    from hypothesis import strategies as st

    def text(value: str) -> str:
        return value.replace("@", "")  # which marks the place of a part

    leaves = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8).map(text))
    anything = st.recursive(
        leaves, lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(st.text(max_size=8).map(text), inner, max_size=4))
    )
    parts = st.one_of(st.sampled_from(PARTS), anything.map(json.dumps))
    whole = st.builds(str.replace, st.sampled_from(list(_with_places(VALID))).map(json.dumps), st.just('"@"'), parts)
    return st.one_of(whole, whole, parts, st.text(max_size=40)).map(lambda text: text.encode(errors="surrogatepass"))


def _with_places(value: Any) -> list[Any]:
    """The value once for each of its parts and keys, with a mark there."""
    inner: list[Any] = []
    if isinstance(value, dict):
        inner = [{**value, name: marked} for name in value for marked in _with_places(value[name])]
        inner += [{("@" if key == name else key): item for key, item in value.items()} for name in value]
        inner += [{key: item for key, item in value.items() if key != name} for name in value] + [{**value, "@": 1}]
    elif isinstance(value, list):
        inner = [[*value[:place], marked, *value[place + 1 :]] for place, item in enumerate(value) for marked in _with_places(item)]
        inner.append([*value, "@"])
    return ["@", *inner]


KIND = Kind("history.json", ("pipeline.files.json_file", "pipeline.files.reading"), _reader, _seeds, _scratch)
