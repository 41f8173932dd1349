"""What the database of a team's server holds, read without MLflow."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg

from benchmarks.team.projects import Point, expected_points
from pipeline.files.cells import Cell

TABLES = (
    "runs",
    "metrics",
    "latest_metrics",
    "params",
    "tags",
    "inputs",
    "input_tags",
    "logged_models",
    "logged_model_metrics",
    "logged_model_params",
)
ACTIVE = "SELECT run_uuid FROM runs WHERE name = %s AND lifecycle_stage = 'active'"


@contextmanager
def database(environment: Mapping[str, str], **changes: str) -> Iterator[psycopg.Connection]:
    """A connection as the server's own user, by the settings of the server."""
    known = {"host": "PGHOST", "port": "PGPORT", "dbname": "PGDATABASE", "user": "PGUSER", "password": "PGPASSWORD"}
    with psycopg.connect(**{key: environment[name] for key, name in known.items()} | changes) as connection:  # type: ignore[arg-type]
        yield connection


def rows(connection: psycopg.Connection) -> dict[str, int]:
    """The rows of each table that grows with the cells."""
    return {table: int(_one(connection, f"SELECT count(*) FROM {table}")) for table in TABLES}


def database_bytes(connection: psycopg.Connection) -> int:
    """The size of the whole database on disk, indices too."""
    return int(_one(connection, "SELECT pg_database_size(current_database())"))


def lost(connection: psycopg.Connection, project: Path, cells: list[Cell]) -> list[str]:
    """What the files of the cells have and their runs lack; a cell must have one run, which is finished."""
    lines = []
    for cell in cells:
        found = connection.execute(ACTIVE, [cell.name]).fetchall()
        points: set[Point] = set()
        for (run,) in found:
            points |= set(connection.execute("SELECT key, step, value FROM metrics WHERE run_uuid = %s", [run]).fetchall())
        lines += [] if len(found) == 1 else [f"{cell.name}: {len(found)} runs"]
        lines += [f"{cell.name}: {name} at {step}" for name, step, _ in sorted(expected_points(project, cell) - points)]
    return lines


def contents(connection: psycopg.Connection) -> dict[str, list[tuple[Any, ...]]]:
    """Every table with all of its rows, sorted."""
    names = [name for (name,) in connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")]
    return {name: sorted(connection.execute(f'SELECT * FROM "{name}"').fetchall(), key=repr) for name in names}


def _one(connection: psycopg.Connection, query: str) -> Any:
    row = connection.execute(query).fetchone()
    return row[0] if row else None
