"""A stage's inputs are checked before they are used: they must be the bytes that dvc.lock records.

DVC itself trusts a file whose time and place on the disk have not changed, and what it finds in its cache.
"""

import os
import time
from collections.abc import Iterator
from pathlib import Path

from pipeline.files.errors import DataError
from pipeline.files.reading import MAKE_AGAIN
from pipeline.integrity.hashes import content_of
from pipeline.settings.lock_file import Recorded, read_lock

LOCK = Path("dvc.lock")
SETTLING = 1.0  # seconds: DVC writes dvc.lock in place, so another process of it may be at it


def check_inputs(*paths: Path) -> None:
    """Make sure that files and folders are what the stages that made them wrote.

    Args:
        *paths: What a stage reads. In a folder that no stage made as a whole, everything that stages made is checked. What dvc.lock does not record
            is accepted if it exists.

    Raises:
        DataError: A file is missing or has other bytes, or dvc.lock is damaged.
    """
    try:
        _check(paths)
    except DataError:
        time.sleep(SETTLING)
        _check(paths)


def _check(paths: tuple[Path, ...]) -> None:
    lock = read_lock(LOCK)
    for path in paths:
        for name, recorded in _recorded_at(path, lock):
            check_recorded(Path(name), recorded)
        if not path.exists():
            raise DataError(f"{path}: expected what an earlier stage makes, found none; `dvc repro` makes it")


def check_recorded(path: Path, recorded: Recorded) -> None:
    """Compare a file or folder with what is recorded of it.

    Raises:
        DataError: It is missing, or not the same.
    """
    if not path.exists():
        raise DataError(f"{path}: expected what the stage {recorded.stage} makes, found none; `dvc repro {recorded.stage}` makes it")
    try:
        content = content_of(path)
    except OSError as error:
        raise DataError(f"{path}: expected what the stage {recorded.stage} made, cannot read it ({error.strerror})") from None
    if content != (recorded.md5, recorded.size):
        received = f"{content.md5[:8]} ({content.size} bytes)"
        expected = f"expected the bytes that dvc.lock records, {recorded.md5[:8]} ({recorded.size} bytes) of the stage {recorded.stage}"
        raise DataError(f"{path}: {expected}, received {received}; {MAKE_AGAIN}")


def _recorded_at(path: Path, lock: dict[str, Recorded]) -> Iterator[tuple[str, Recorded]]:
    """What is recorded of a path, or else below it."""
    name = Path(os.path.relpath(path)).as_posix()
    if name in lock:
        yield name, lock[name]
    else:
        yield from ((below, recorded) for below, recorded in lock.items() if below.startswith(f"{name}/"))
