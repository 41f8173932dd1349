"""MLflow's tables in PostgreSQL: whether the installed MLflow knows their version, and how many connections its server may open.

python deploy/tables.py migrate    make them, or bring them to the version of the installed MLflow
python deploy/tables.py check      refuse tables of another version, and more connections than PostgreSQL allows
"""

import logging
import os
import sys
from pathlib import Path

import mlflow
import psycopg
from alembic.script import ScriptDirectory
from alembic.util import CommandError

DATABASE = os.environ.get("DATABASE_URI", "postgresql+psycopg://")  # libpq's variables say the rest
HOME = Path(mlflow.__file__).parent
# The table that holds the version -> the folder of the migrations that lead to it.
VERSIONS = {"alembic_version": HOME / "store/db_migrations", "alembic_version_auth": HOME / "server/auth/db/migrations"}
POOLS = 3  # of each worker: runs, models, accounts
NUMBERS = ("MLFLOW_WORKERS", "MLFLOW_SQLALCHEMYSTORE_POOL_SIZE", "MLFLOW_SQLALCHEMYSTORE_MAX_OVERFLOW")


class RefusedError(Exception):
    """What does not fit, in one line."""


def found_versions(connection: psycopg.Connection) -> dict[str, str | None]:
    """The version that each table says; None for a database without this table."""
    found = {}
    for table in VERSIONS:
        there = connection.execute("SELECT to_regclass(%s)", [table]).fetchone()
        row = connection.execute(f"SELECT version_num FROM {table}").fetchone() if there and there[0] else None
        found[table] = str(row[0]) if row else None
    return found


def refuse_unknown(found: dict[str, str | None]) -> None:
    """Accept tables that this MLflow has made or can bring to its own version.

    Raises:
        RefusedError: They are of a newer MLflow.
    """
    for table, folder in VERSIONS.items():
        version = found[table]
        try:
            if version:
                ScriptDirectory(folder).get_revision(version)
        except CommandError:
            remedy = "install the MLflow that made it, or restore a back-up of before"
            raise RefusedError(f"{table}: expected a version that MLflow {mlflow.__version__} knows, received {version}; {remedy}") from None


def refuse_old(found: dict[str, str | None]) -> None:
    """Accept tables of the installed MLflow.

    Raises:
        RefusedError: There are none, or they are of an older version.
    """
    for table, folder in VERSIONS.items():
        expected = ScriptDirectory(folder).get_current_head()
        if found[table] != expected:
            received, first = (found[table], "make a back-up, then ") if found[table] else ("none", "")
            raise RefusedError(f"{table}: expected version {expected}, received {received}; {first}run deploy/migrate.sh")


def refuse_connections(connection: psycopg.Connection) -> None:
    """Accept a server whose pools fit into PostgreSQL.

    Raises:
        RefusedError: A number is none, or all workers together could open too many connections.
    """
    values = {name: os.environ.get(name, "") for name in NUMBERS}
    for name, value in values.items():
        if not value.isdecimal() or int(value) < 1:  # MLflow takes its own default for 0
            raise RefusedError(f"{name}: expected a whole number of at least 1, received {value!r}")
    workers, pool, overflow = map(int, values.values())
    most = (workers * POOLS + 1) * (pool + overflow)  # the process that starts the workers has one pool too
    allowed, reserved = (int(connection.execute(f"SHOW {name}").fetchone()[0]) for name in ("max_connections", "superuser_reserved_connections"))  # type: ignore[index]
    if most > allowed - reserved:
        raise RefusedError(
            f"connections: expected at most {allowed - reserved} (PostgreSQL's max_connections less those of its administrator), received {most}: "
            f"({workers} workers x {POOLS} pools + 1) x ({pool} + {overflow}); lower {NUMBERS[0]} or {NUMBERS[1]}, or raise max_connections"
        )


def migrate() -> None:
    """Make the tables, or bring them to the version of the installed MLflow."""
    from mlflow.db import commands as runs
    from mlflow.server.auth.db.cli import commands as accounts

    runs(["upgrade", DATABASE], standalone_mode=False)
    accounts(["upgrade", "--url", DATABASE], standalone_mode=False)
    print(f"the tables are those of MLflow {mlflow.__version__}")


def main(command: str) -> None:
    """Do what the command line asks for.

    Raises:
        RefusedError: The tables or the settings do not fit.
    """
    if command not in ("migrate", "check"):
        raise RefusedError(f"tables.py: expected 'migrate' or 'check', received {command!r}")
    with psycopg.connect() as connection:
        found = found_versions(connection)
        refuse_unknown(found)
        if command == "check":
            refuse_old(found)
            refuse_connections(connection)
    if command == "migrate":
        migrate()


if __name__ == "__main__":
    for chatty in ("alembic", "mlflow"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
    try:
        main(" ".join(sys.argv[1:]))
    except (RefusedError, psycopg.Error) as error:
        sys.exit(f"error: {' '.join(str(error).split())}")
