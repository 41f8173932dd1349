"""Writing files: the same content gives the same bytes, and an error leaves no half-written file."""

import hashlib
import json
import math
import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pipeline.files.moving import check_complete, is_partial, move, move_all, naming, remove_leftovers


@contextmanager
def staged_folder(folder: Path, expected: Iterable[Path | str] = ()) -> Iterator[Path]:
    """Give the block an empty folder of this process; its files move into `folder` when the block has ended without an error.

    Files of `folder` that the block did not write stay. A folder that it wrote replaces the one of the same name. What has the same bytes already
    is left as it is, for another process may be reading it.

    Args:
        folder: Where the files are to be; made if it is missing.
        expected: Files, relative to `folder`, that the block must have written; read when it has ended.

    Yields:
        The empty folder to write into.

    Raises:
        DataError: An expected file is missing or empty; nothing has moved then.

    >>> import tempfile
    >>> target = Path(tempfile.mkdtemp()) / "cell"
    >>> with staged_folder(target, ["history.json"]) as folder:
    ...     _ = (folder / "history.json").write_text("{}")
    >>> [path.name for path in target.iterdir()]
    ['history.json']
    """
    folder = folder.resolve() if folder.is_symlink() else folder  # a rename cannot lead to another disk
    remove_leftovers(folder.parent, folder.name)
    partial = folder.with_name(f"{folder.name}.{os.getpid()}.partial")
    partial.mkdir(parents=True)
    try:
        with naming(partial, folder):
            yield partial
            check_complete(partial, folder, expected)
            move_all(partial, folder)
    finally:
        shutil.rmtree(partial, ignore_errors=True)


@contextmanager
def staged_file(path: Path) -> Iterator[Path]:
    """Give the block a temporary path beside `path`; it is renamed to `path` when the block has ended without an error.

    Args:
        path: The file to write; its folder is made if it is missing. One with the same bytes is left as it is.

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
    partial = path.with_name(f".partial-{os.getpid()}-{path.name}")
    if not is_partial(path):
        remove_leftovers(path.parent, path.name)
    try:
        with naming(partial, path):
            yield partial
            move(partial, path)
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
    >>> path.read_text()
    '{\\n  "frechet_distance": 3.5\\n}\\n'
    """
    with staged_file(path) as partial:
        partial.write_text(to_json(content), encoding="utf-8", newline="\n")


def file_hash(path: Path, algorithm: str) -> str:
    """Compute the hexadecimal hash of a file's bytes; with "md5" it is the hash that DVC records for the file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, algorithm).hexdigest()
