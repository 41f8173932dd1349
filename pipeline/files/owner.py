"""One owner per cell: a lock that ends with its process, for the project and every temporary copy of it that DVC makes."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
from filelock import FileLock, Timeout

from pipeline.files.errors import PipelineError

SECONDS = 0.2  # between two tries


def state_folder() -> Path:
    """The git-ignored folder of what belongs to the project but is no result: locks and checkpoints.

    `dvc exp run --temp` works in a copy of the project, and DVC_ROOT is the original: both have one.
    """
    return Path(os.environ.get("DVC_ROOT", ".")).resolve() / ".state"


@contextmanager
def owner(*names: str) -> Iterator[None]:
    """Own what a stage writes while the block lasts; wait as long as another process owns it.

    Args:
        names: The stage, and the cell if it has one.

    Raises:
        PipelineError: The folder of locks cannot be written.

    >>> with owner("train", "modern-0"):
    ...     (state_folder() / "locks" / "train-modern-0.lock").is_file()
    True
    """
    path = state_folder() / "locks" / f"{'-'.join(names)}.lock"
    lock = FileLock(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _acquire(lock, path, "@".join(names))
    except (OSError, NotImplementedError) as error:
        reason = getattr(error, "strerror", None) or error
        raise PipelineError(f"{path}: expected a lock that can be taken, received: {reason}; make the folder one that you can write to") from None
    try:
        yield
    finally:
        lock.release()


def is_owned(*names: str) -> bool:
    """Whether a process owns what a stage writes.

    >>> with owner("train", "modern-0"):
    ...     is_owned("train", "modern-0")
    True
    """
    path = state_folder() / "locks" / f"{'-'.join(names)}.lock"
    if not path.is_file():
        return False
    lock = FileLock(path)
    try:
        lock.acquire(blocking=False)
    except Timeout:
        return True
    lock.release()
    return False


def _acquire(lock: FileLock, path: Path, name: str) -> None:
    try:
        lock.acquire(blocking=False)
    except Timeout:
        print(f"waiting for {_owner_of(path)}, which runs {name}; Ctrl-C ends the wait, and nothing else", file=sys.stderr, flush=True)
        lock.acquire(poll_interval=SECONDS)
    path.write_text(f"{os.getpid()}\n", encoding="ascii")


def _owner_of(path: Path) -> str:
    """The process that a lock names; one that has just taken it may not have written its number yet."""
    try:
        number = int(path.read_text(encoding="ascii"))
    except (OSError, ValueError):
        return "another process"
    return f"process {number}" if psutil.pid_exists(number) else "another process"
