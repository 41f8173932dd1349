"""Faults of a store, each for as long as a block lasts; the block is given the path of a whole database."""

import socket
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from filelock import FileLock

Fault = Callable[[Path, pytest.MonkeyPatch], AbstractContextManager[object]]


class Answering(BaseHTTPRequestHandler):
    """Answers nothing for a minute, or at once with an error."""

    hangs = True

    def do_GET(self) -> None:
        if self.hangs:
            time.sleep(60)
        self.send_response(500)
        self.end_headers()
        with suppress(OSError):
            self.wfile.write(b"<html>internal error\nwith lines</html>")

    do_POST = do_GET  # noqa: N815

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def server(patch: pytest.MonkeyPatch, hangs: bool) -> Iterator[None]:
    handler = type("Handler", (Answering,), {"hangs": hangs})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as listening:
        listening.daemon_threads, listening.block_on_close = True, False
        threading.Thread(target=listening.serve_forever, daemon=True).start()
        patch.setenv("MLFLOW_TRACKING_URI", f"http://127.0.0.1:{listening.server_address[1]}")
        yield
        listening.shutdown()


def dead(_: Path, patch: pytest.MonkeyPatch) -> AbstractContextManager[object]:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        patch.setenv("MLFLOW_TRACKING_URI", f"http://127.0.0.1:{unused.getsockname()[1]}")
    return nullcontext()


def hung(_: Path, patch: pytest.MonkeyPatch) -> AbstractContextManager[object]:
    return server(patch, hangs=True)


def failing(_: Path, patch: pytest.MonkeyPatch) -> AbstractContextManager[object]:
    return server(patch, hangs=False)


@contextmanager
def locked(database: Path, _: object) -> Iterator[None]:
    connection = sqlite3.connect(database, isolation_level=None, check_same_thread=False)
    connection.execute("BEGIN EXCLUSIVE")
    yield
    connection.close()


@contextmanager
def refuses_writes(database: Path, _: object) -> Iterator[None]:
    """As a full disk or a file that may only be read does it: reading works, and the first write fails."""
    with sqlite3.connect(database) as connection:
        refusal = "BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END"
        connection.execute(f"CREATE TRIGGER full BEFORE INSERT ON experiments {refusal}")
    yield
    with sqlite3.connect(database) as connection:
        connection.execute("DROP TRIGGER full")
    connection.close()


@contextmanager
def replaced(database: Path, content: bytes) -> Iterator[None]:
    before = database.read_bytes()
    database.write_bytes(content)
    yield
    database.write_bytes(before)


def corrupt(database: Path, _: object) -> AbstractContextManager[object]:
    return replaced(database, b"not a database" * 1000)


def damaged_within(database: Path, _: object) -> AbstractContextManager[object]:
    content = database.read_bytes()
    return replaced(database, content[:4096] + bytes(len(content) - 4096))


@contextmanager
def half_migrated(database: Path, _: object) -> Iterator[None]:
    with sqlite3.connect(database) as connection:
        ((before,),) = connection.execute("SELECT version_num FROM alembic_version").fetchall()
        connection.execute("DELETE FROM alembic_version")
    yield
    with sqlite3.connect(database) as connection:
        connection.execute("INSERT INTO alembic_version VALUES (?)", (before,))
    connection.close()


@contextmanager
def of_another_version(database: Path, _: object) -> Iterator[None]:
    with sqlite3.connect(database) as connection:
        ((before,),) = connection.execute("SELECT version_num FROM alembic_version").fetchall()
        connection.execute("UPDATE alembic_version SET version_num = '451aebb31d03'")
    yield
    with sqlite3.connect(database) as connection:
        connection.execute("UPDATE alembic_version SET version_num = ?", (before,))
    connection.close()


@contextmanager
def held_lock(database: Path, patch: pytest.MonkeyPatch) -> Iterator[None]:
    fresh = database.with_name("fresh.db")
    patch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{fresh}")
    with FileLock(f"{fresh}.lock"):
        yield


FAULTS = (dead, hung, failing, locked, refuses_writes, corrupt, damaged_within, half_migrated, of_another_version, held_lock)
