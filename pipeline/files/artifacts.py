"""Writing files: the same content is the same bytes, and a file is whole or not there."""

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
    """Yield an empty folder whose files move into `folder` together, and only if the block succeeds."""
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
    """Yield a path of the same suffix beside `path`; it becomes `path` only if the block succeeds."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".partial-{path.name}")
    try:
        yield partial
        os.replace(partial, path)
    finally:
        partial.unlink(missing_ok=True)


def to_json(content: Any) -> str:
    """JSON with sorted keys and a number or null for every float: NaN and infinities become null."""

    def finite(value: Any) -> Any:
        if isinstance(value, float):
            return value if math.isfinite(value) else None
        if isinstance(value, dict):
            return {key: finite(item) for key, item in value.items()}
        if isinstance(value, (list, tuple)):
            return [finite(item) for item in value]
        return value

    return json.dumps(finite(content), indent=2, sort_keys=True, allow_nan=False) + "\n"


def write_json(path: Path, content: Any) -> None:
    """Write `content` as JSON, all of it or nothing."""
    with staged_file(path) as partial:
        partial.write_text(to_json(content), encoding="utf-8")


def read_json(path: Path) -> Any:
    """Read JSON; a `DataError` names a file that is missing or broken."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise DataError(f"{path}: expected a JSON file, found none; run `dvc repro` to make it") from None
    except ValueError as error:
        raise DataError(f"{path}: expected JSON, received something else ({error}); run `dvc repro` again") from None


def file_hash(path: Path, algorithm: str) -> str:
    """The hexadecimal hash of a file's bytes; with "md5" it is the one that DVC records for the file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, algorithm).hexdigest()
