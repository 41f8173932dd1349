"""Moving what is complete into place: whole, on the disk, and not at all where the same bytes are there already."""

import filecmp
import os
import re
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

from pipeline.files.errors import DataError
from pipeline.files.faults import named
from pipeline.files.signals import deferred

PARTIAL = re.compile(r"\.partial-(?P<file_of>\d+)-(?P<file>.+)|(?P<folder>.+)\.(?P<folder_of>\d+)\.partial", re.DOTALL)
ASIDE = ".aside-"  # in a partial folder: a folder that another one has replaced


def check_complete(partial: Path, folder: Path, expected: Iterable[Path | str]) -> None:
    """Raise `DataError` unless each expected file is there and not empty."""
    for name in expected:
        path = partial / name
        if not path.is_file() or not path.stat().st_size:
            found = "an empty one" if path.is_file() else "none"
            raise DataError(f"{folder / name}: expected a file with content before it is moved into place, found {found}; run the same command again")


def move_all(partial: Path, folder: Path) -> None:
    """Move all that a partial folder holds into `folder`, in the order of the names; a signal waits until that is done."""
    for path in partial.rglob("*"):
        if path.is_file():
            sync(path)
    with deferred():
        folder.mkdir(parents=True, exist_ok=True)
        for source in sorted(partial.iterdir()):
            target = folder / source.name
            if not _same(source, target):
                if target.is_dir() or (source.is_dir() and target.exists()):
                    target.rename(partial / f"{ASIDE}{source.name}")
                os.replace(source, target)
        sync(folder)


def move(partial: Path, path: Path) -> None:
    """Move a file into place; within a partial folder, whose files are synced together, it is renamed and no more."""
    if is_partial(path):
        os.replace(partial, path)
    elif not _same(partial, path):
        sync(partial)
        os.replace(partial, path)
        sync(path.parent)


def is_partial(path: Path) -> bool:
    """Whether a path, or a folder that it lies in, is not yet in its place."""
    return any(map(PARTIAL.fullmatch, path.parts))


def is_alive(name: str) -> bool:
    """Whether the process that a partial file or folder is named after lives; so it may still be writing it."""
    found = PARTIAL.fullmatch(name)
    return found is not None and psutil.pid_exists(int(found["file_of"] or found["folder_of"]))


def remove_leftovers(parent: Path, name: str) -> None:
    """Remove what processes that were killed, or this one, left of the file or folder `name`."""
    for path in parent.iterdir() if parent.is_dir() else ():
        found = PARTIAL.fullmatch(path.name)
        if found and name in (found["file"], found["folder"]):
            number = int(found["file_of"] or found["folder_of"])
            if number == os.getpid() or not psutil.pid_exists(number):
                _remove(path)


@contextmanager
def naming(written: Path, path: Path) -> Iterator[None]:
    """Let an error of the system name `path`, which `written` is to become."""
    try:
        yield
    except (OSError, RuntimeError) as error:
        if (better := named(error, written, path)) is None:
            raise
        raise better from error


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def _same(source: Path, target: Path) -> bool:
    """Whether the target has the bytes of the source: of a file, or of every file of a folder and no other."""
    if source.is_file():
        return target.is_file() and filecmp.cmp(source, target, shallow=False)
    inside, there = _files(source), _files(target)
    return target.is_dir() and inside == there and all(_same(source / name, target / name) for name in inside)


def _files(folder: Path) -> set[Path]:
    return {path.relative_to(folder) for path in folder.rglob("*") if not path.is_dir()}


def sync(path: Path) -> None:
    """Have the system write a file, or a folder's names, to the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
