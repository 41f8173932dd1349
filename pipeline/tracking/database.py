"""A store that is an SQLite file: made whole or not at all, opened only if MLflow can read it, waited for while another process writes."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout
from mlflow.store.db.utils import _get_latest_schema_revision
from mlflow.store.tracking.sqlalchemy_store import SqlAlchemyStore
from sqlalchemy import Engine, event, make_url

from pipeline.files.errors import DataError

LOCK_SECONDS = 60  # longest wait for another process at the store's lock; making a store takes some seconds
BUSY_SECONDS = 20.0  # longest wait for another process in the database, as MLflow has it
BESIDE_A_STAGE = 600.0  # the same where a stage records: it gives up by itself, after its own budget


def database_file(uri: str) -> Path | None:
    """The file of a store that is an SQLite database; None for any other."""
    if not uri.startswith("sqlite:"):
        return None
    name = make_url(uri).database
    return Path(name).resolve() if name and name != ":memory:" else None


@contextmanager
def store_lock(file: Path) -> Iterator[None]:
    """One process at a time, of every project that uses this store: the lock lies beside the database.

    Raises:
        DataError: Another process holds it for longer than a minute.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    path = file.with_name(f"{file.name}.lock")
    try:
        with FileLock(path, timeout=LOCK_SECONDS):
            yield
    except Timeout:
        raise DataError(f"{path}: expected a lock that is free within {LOCK_SECONDS} s, it is held; end the process that holds it") from None


def prepare(file: Path) -> None:
    """Make the store if there is none, and make sure that MLflow can read it.

    Raises:
        DataError: The file is no database, or one of another version of MLflow, or of one that was ended while it made its tables.
    """
    if _is_missing(file):
        with store_lock(file):
            if _is_missing(file):
                _make(file)
    _check_version(file)


def _is_missing(file: Path) -> bool:
    return not file.exists() or file.stat().st_size == 0


def _make(file: Path) -> None:
    """Make the tables in a file beside it, which then gets its name: who is ended meanwhile leaves nothing that others would open."""
    partial = file.with_name(f".partial-{file.name}")
    for rest in (partial, partial.with_name(f"{partial.name}-journal")):
        rest.unlink(missing_ok=True)
    store = SqlAlchemyStore(f"sqlite:///{partial}", artifact_folder(file).as_uri())  # type: ignore[no-untyped-call]
    store.engine.dispose()
    partial.replace(file)


def artifact_folder(file: Path) -> Path:
    """Where the files of a store's runs are: beside its database."""
    return file.parent / "mlartifacts"


def _check_version(file: Path) -> None:
    """MLflow would change an older database at once, and try for minutes to open a broken one."""
    try:
        with closing(sqlite3.connect(f"{file.as_uri()}?mode=rw", uri=True, timeout=patience())) as database:
            tables = {name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
            found = database.execute("SELECT version_num FROM alembic_version").fetchone() if "alembic_version" in tables else None
    except sqlite3.Error as error:
        raise DataError(f"{file}: expected MLflow's database, received: {error}; move it away, and a new one is made") from None
    expected = _get_latest_schema_revision()  # type: ignore[no-untyped-call]
    if found is None or found[0] != expected:
        received = "one without a version" if found is None else f"version {found[0]}"
        remedy = f"copy it, then run `mlflow db upgrade sqlite:///{file}`; if that fails, move it away"
        raise DataError(f"{file}: expected tables of version {expected}, received {received}; {remedy}")


def patience() -> float:
    """The seconds that SQLite waits while another process writes."""
    return BESIDE_A_STAGE if event.contains(Engine, "connect", _on_connect) else BUSY_SECONDS


def wait_for_writers() -> None:
    """Let SQLite wait longer in this process, and let it wait from the first statement on, for which MLflow sets no time."""
    if not event.contains(Engine, "connect", _on_connect):
        event.listen(Engine, "connect", _on_connect)
        event.listen(Engine, "before_cursor_execute", _on_statement, retval=True)


def _on_connect(connection: Any, _: object) -> None:
    if isinstance(connection, sqlite3.Connection):
        connection.execute(f"PRAGMA busy_timeout = {BESIDE_A_STAGE * 1000:.0f}")


def _on_statement(_: object, __: object, statement: str, parameters: Any, ___: object, ____: bool) -> tuple[str, Any]:
    if statement.startswith("PRAGMA busy_timeout"):
        statement = f"PRAGMA busy_timeout = {BESIDE_A_STAGE * 1000:.0f}"
    return statement, parameters
