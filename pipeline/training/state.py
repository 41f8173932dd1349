"""What a training is in the middle of: kept in memory, written as files, and read again exactly."""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

FACTS, ARRAYS = "state.json", "arrays.npz"


class Once(list[np.ndarray]):
    """Arrays that do not change once they are in the list, which only grows: each is written once, and later checkpoints share its file."""


class State(NamedTuple):
    """The state of several parts of a training, taken at one moment; no later step changes it."""

    facts: str  # as JSON: name of the part -> what it gave of plain numbers and text
    arrays: dict[str, np.ndarray]  # PART/NAME -> array
    once: dict[str, Once]  # PART/NAME -> arrays


def take_state(parts: Mapping[str, Mapping[str, Any]]) -> State:
    """The state of parts, each given as name -> plain numbers and text as JSON holds them, an array, or arrays in a `Once`.

    >>> state = take_state({"history": {"rows": [{"loss": 0.1}], "sheets": Once([np.zeros(2)])}, "weights": {"kernel": np.ones(3)}})
    >>> state.facts, list(state.arrays), list(state.once)
    ('{"history": {"rows": [{"loss": 0.1}]}, "weights": {}}', ['weights/kernel'], ['history/sheets'])
    """
    named = {f"{part}/{name}": value for part, values in parts.items() for name, value in values.items()}
    plain = {part: {name: value for name, value in values.items() if not isinstance(value, (np.ndarray, Once))} for part, values in parts.items()}
    return State(
        json.dumps(plain),
        {name: value for name, value in named.items() if isinstance(value, np.ndarray)},
        {name: Once(value) for name, value in named.items() if isinstance(value, Once)},
    )


def write_state(folder: Path, state: State, before: Path | None) -> None:
    """Write a state into an empty folder; `before` is a folder with an earlier state of the same training, or None."""
    (folder / FACTS).write_text(state.facts, encoding="utf-8")
    arrays: dict[str, Any] = state.arrays
    np.savez(folder / ARRAYS, **arrays)
    for name, listed in state.once.items():
        (folder / name).mkdir(parents=True)
        for number, array in enumerate(listed):
            file = Path(name) / f"{number:05d}.npy"
            if before is None or not _share(before / file, folder / file):
                np.save(folder / file, array)


def read_state(folder: Path) -> dict[str, dict[str, Any]]:
    """What was given to `take_state`, read from the files that `write_state` wrote."""
    parts: dict[str, dict[str, Any]] = json.loads((folder / FACTS).read_text(encoding="utf-8"))
    with np.load(folder / ARRAYS, allow_pickle=False) as arrays:
        for key in arrays.files:
            part, name = key.split("/")
            parts[part][name] = arrays[key]
    for listed in (path for path in folder.glob("*/*") if path.is_dir()):
        parts[listed.parent.name][listed.name] = Once(np.load(file, allow_pickle=False) for file in sorted(listed.iterdir()))
    return parts


def _share(file: Path, other: Path) -> bool:
    """Give a file a second name; not every file system can."""
    try:
        os.link(file, other)
    except OSError:
        return False
    return True
