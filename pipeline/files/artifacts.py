"""Writing files: the same content gives the same bytes, and an error leaves no half-written file."""

import hashlib
import json
import math
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pipeline.files.errors import DataError


@contextmanager
def staged_folder(folder: Path) -> Iterator[Path]:
    """Give the block an empty folder; its files move into `folder` when the block has ended without an error.

    Files of `folder` that the block did not write stay. A folder that it wrote replaces the one of the same name.

    Args:
        folder: Where the files are to be; made if it is missing.

    Yields:
        The empty folder to write into.

    >>> import tempfile
    >>> target = Path(tempfile.mkdtemp()) / "cell"
    >>> with staged_folder(target) as folder:
    ...     _ = (folder / "history.json").write_text("{}")
    >>> [path.name for path in target.iterdir()]
    ['history.json']
    """
    partial = folder.with_name(folder.name + ".partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    try:
        yield partial
        folder.mkdir(parents=True, exist_ok=True)
        for source in sorted(partial.iterdir()):
            target = folder / source.name
            if target.is_dir():
                shutil.rmtree(target)
            os.replace(source, target)
    finally:
        shutil.rmtree(partial, ignore_errors=True)


@contextmanager
def staged_file(path: Path) -> Iterator[Path]:
    """Give the block a temporary path beside `path`; it is renamed to `path` when the block has ended without an error.

    Args:
        path: The file to write; its folder is made if it is missing.

    Yields:
        The temporary path, with the same suffix.

    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "result.txt"
    >>> with staged_file(path) as partial:
    ...     _ = partial.write_text("done")
    >>> path.read_text()
    'done'
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".partial-{path.name}")
    try:
        yield partial
        os.replace(partial, path)
    finally:
        partial.unlink(missing_ok=True)


def to_json(content: Any) -> str:
    """Convert to JSON with sorted keys; NaN and infinities, which JSON does not have, become null.

    >>> to_json({"b": float("nan"), "a": (1,)})
    '{\\n  "a": [\\n    1\\n  ],\\n  "b": null\\n}\\n'
    """

    def finite(value: Any) -> Any:
        if isinstance(value, float):
            return value if math.isfinite(value) else None
        if isinstance(value, dict):
            return {key: finite(item) for key, item in value.items()}
        if isinstance(value, (list, tuple)):
            return [finite(item) for item in value]
        return value

    return json.dumps(finite(content), indent=2, sort_keys=True, allow_nan=False) + "\n"


def write_text(path: Path, text: str) -> None:
    """Write text as UTF-8 with the same line ends on every system; an error leaves the old file as it was."""
    with staged_file(path) as partial:
        partial.write_text(text, encoding="utf-8", newline="\n")


def write_json(path: Path, content: Any) -> None:
    """Write `content` as JSON; an error leaves the old file as it was.

    Args:
        path: The file to write; its folder is made if it is missing.
        content: Dictionaries, lists, tuples, strings, numbers, booleans and None.

    Raises:
        TypeError: `content` holds something that JSON does not have.

    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "scores.json"
    >>> write_json(path, {"frechet_distance": 3.5})
    >>> read_json(path)
    {'frechet_distance': 3.5}
    """
    with staged_file(path) as partial:
        partial.write_text(to_json(content), encoding="utf-8", newline="\n")


def read_json(path: Path) -> Any:
    """Read a JSON file.

    Raises:
        DataError: The file is missing, or it is not JSON.
    """
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise DataError(f"{path}: expected a JSON file, found none; run `dvc repro` to make it") from None
    except ValueError as error:
        raise DataError(f"{path}: expected JSON, received something else ({error}); run `dvc repro` again") from None


def file_hash(path: Path, algorithm: str) -> str:
    """Compute the hexadecimal hash of a file's bytes; with "md5" it is the hash that DVC records for the file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, algorithm).hexdigest()
