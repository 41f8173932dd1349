"""Results that are kept between two calls of the benchmark, so that it can be interrupted and continued.

The name of a run's file holds a hash of all that the run depends on: the script, the modules beside it, the settings, the versions of Keras and
TensorFlow, and, for a run with the doctor, the doctor's code. A changed doctor runs no script without the doctor again.
"""

import hashlib
from collections.abc import Callable
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from pipeline.files.artifacts import write_json
from pipeline.files.json_file import read_json

Row = dict[str, Any]
FOLDER = Path("artifacts/diagnosis-bench")
PLAIN, AGAIN, DOCTORS = "plain", "again", "doctor"
DOCTOR = Path("pipeline/doctor")
SETTINGS = ("SEED", "TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS", "OMP_NUM_THREADS")


def place(folder: Path, script: Path, variables: dict[str, str], kind: str) -> Path:
    """Where the run of a script is kept: `doctor` is the run with the doctor, other kinds are runs without it."""
    parts = [script.read_bytes(), *(path.read_bytes() for path in sorted([*script.parent.parent.glob("*.py"), *Path("examples").glob("*.py")]))]
    parts += [f"{name}={variables.get(name)}".encode() for name in SETTINGS]
    parts += [f"{name} {version(name)}".encode() for name in ("keras", "tensorflow")]
    parts += [doctors_code().encode()] if kind == DOCTORS else []
    return folder / f"{script.stem}-{kind}-{hash_of(parts)}.json"


@cache
def doctors_code() -> str:
    """A hash of all files of the doctor."""
    return code_in(DOCTOR)


def code_in(*folders: Path) -> str:
    """A hash of all modules in folders."""
    paths = [path for folder in folders for path in sorted(folder.rglob("*.py"))]
    return hash_of([part for path in paths for part in (path.as_posix().encode(), path.read_bytes())])


def hash_of(parts: list[bytes]) -> str:
    """The first digits of a sha256 over parts, each with its length."""
    hashed = hashlib.sha256()
    for part in parts:
        hashed.update(len(part).to_bytes(8, "big") + part)
    return hashed.hexdigest()[:16]


def once(path: Path, make: Callable[[], Row], worth: Callable[[Row], bool] = bool) -> Row:
    """What is kept at a path, or else what `make` returns, which is then kept, whole or not at all, if it is worth it."""
    if path.is_file():
        return dict(read_json(path))
    made = make()
    if worth(made):
        write_json(path, made)
    return made
