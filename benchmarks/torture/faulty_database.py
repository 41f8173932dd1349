"""An SQLite store that is locked, read-only, on a full disk, corrupt, half migrated, or whose lock is held; and repaired again."""

import contextlib
import shutil
import sqlite3
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from filelock import FileLock

from benchmarks.torture.file_systems import fill, remount, small_disk
from benchmarks.torture.projects import STORE

NEED_MOUNTS = ("read-only", "full")
OLDER = "UPDATE alembic_version SET version_num = '451aebb31d03'"  # the tables are there, and the store says that they are not
Broken = Iterator[tuple[str, Path, Callable[[], object], Callable[[], object]]]  # address, file, how the fault begins, how it ends


@contextlib.contextmanager
def faulty_database(folder: Path, project: Path, empty: Path, kind: str) -> Broken:
    """An SQLite file that gets the fault: the project's own, or one on a small disk."""
    with contextlib.ExitStack() as stack:
        store, uri = project / STORE, ""
        if kind in NEED_MOUNTS:
            store = stack.enter_context(small_disk(folder / "disk", 60_000_000)) / "runs.db"
            uri = f"sqlite:///{store}"
            shutil.copy(empty, store)
        begin, repair = _ways(store, kind, stack)
        yield uri, store, begin, repair


def _ways(store: Path, kind: str, stack: contextlib.ExitStack) -> tuple[Callable[[], object], Callable[[], object]]:
    """How a fault of an SQLite file begins, and how it ends."""
    if kind == "locked":
        holder = sqlite3.connect(store, isolation_level=None, check_same_thread=False, timeout=30)
        stack.callback(holder.close)
        return lambda: holder.execute("BEGIN EXCLUSIVE"), lambda: holder.execute("ROLLBACK")
    if kind == "held lock":
        lock = FileLock(f"{store}.lock", thread_local=False)
        stack.callback(lock.release)
        return lock.acquire, lock.release
    if kind == "read-only":
        return lambda: remount(store.parent, "ro"), lambda: remount(store.parent, "rw")
    if kind == "full":
        return lambda: fill(store.parent), lambda: (store.parent / "filler").unlink()
    return partial(spoil, store, kind), partial(_remove, store)


def spoil(store: Path, kind: str) -> None:
    if kind == "corrupt":
        with store.open("r+b") as file:
            file.write(b"no database " * 10)
    else:
        with contextlib.closing(sqlite3.connect(store)) as database, database:
            database.execute(OLDER)


def _remove(store: Path) -> None:
    """What a user does with a store that is damaged for good."""
    for path in store.parent.glob(f"{store.name}*"):
        path.unlink()
    time.sleep(0.1)
