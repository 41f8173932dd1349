"""Report made-up cells to a team's server, many at once, and write what arrived and what it takes: benchmarks/team_server.json.

    python -m benchmarks.team

It makes a PostgreSQL, MLflow's server on it and sixteen projects in a temporary folder, by the scripts of deploy/, and removes them. PostgreSQL and
the extra `team` of pyproject.toml must be installed. Nothing is trained: a cell has the files of `modern-0`, and logs one real generator.
"""

import argparse
import re
import statistics
import tempfile
import threading
from pathlib import Path
from typing import Any

import mlflow

import pipeline.runtime  # noqa: F401 (before keras)

# isort: split
from benchmarks.machine import machine
from benchmarks.team import records
from benchmarks.team.projects import VARIANT, make_project
from benchmarks.team.server import TeamServer, team_server
from benchmarks.team.side_by_side import AtOnce, Writer, report_at_once
from pipeline.files.artifacts import write_json
from pipeline.files.cells import GENERATOR
from pipeline.files.errors import one_line_errors
from pipeline.files.room import save_weights
from pipeline.gan.networks.build import build_generator
from pipeline.settings.params import load_settings
from pipeline.tracking.generator import log_generator

RESULTS = Path("benchmarks/team_server.json")
CELLS, AT_ONCE = 200, 16


def make_generator(folder: Path) -> Path:
    """The files of a logged generator of the variant, untrained: as many bytes as a trained one."""
    variant = load_settings().gan[VARIANT]
    save_weights(build_generator(variant), folder / GENERATOR)
    mlflow.set_tracking_uri(f"sqlite:///{folder / 'mlflow.db'}")
    client = mlflow.MlflowClient()
    experiment = client.create_experiment("gan", artifact_location=(folder / "logged").as_uri())
    log_generator(client.create_run(experiment).info.run_id, folder, variant)
    (found,) = (folder / "logged").rglob("MLmodel")
    return found.parent


def measure(server: TeamServer, folder: Path, cells: int, at_once: int) -> dict[str, Any]:
    """Report so many cells, so many at once, and count."""
    generator = make_generator(folder)
    projects = {folder / f"project-{number}": range(number, cells, at_once) for number in range(at_once)}
    made = {project: make_project(project, seeds) for project, seeds in projects.items()}
    account = server.add_user("writer")
    with records.database(server.environment) as connection:
        empty = records.database_bytes(connection)
    writers = [Writer(project, generator, account) for project in projects]
    most, over = [0], threading.Event()
    watch = threading.Thread(target=_watch, args=(server, most, over))
    watch.start()
    try:
        done = report_at_once(writers)
    finally:
        over.set()
        watch.join()
    with records.database(server.environment) as connection:
        lost = [line for project, own in made.items() for line in records.lost(connection, project, own)]
        connection.execute("ANALYZE")
        counted, grown = records.rows(connection), records.database_bytes(connection) - empty
    files = [path.stat().st_size for path in (server.folder / "artifacts").rglob("*") if path.is_file()]
    return _figures(done, cells) | {
        "lost_metrics": len(lost),
        "rows_per_cell": {table: round(count / cells, 2) for table, count in counted.items()},
        "database_bytes_empty": empty,
        "database_bytes_per_cell": round(grown / cells),
        "artifact_bytes_per_cell": round(sum(files) / cells),
        "artifact_files_per_cell": round(len(files) / cells, 2),
        "requests_per_cell": round(_requests(server) / cells, 1),
        "most_connections": most[0],
        "workers": int(server.environment["MLFLOW_WORKERS"]),
        "at_once": at_once,
    }


def _figures(done: AtOnce, cells: int) -> dict[str, Any]:
    rows = [row for each in done.reported for row in each.rows]
    seconds = [row["seconds"] for row in rows]
    return {
        "cells": len(seconds),
        "errors": sum(not row["recorded"] for row in rows) + len(done.warnings),
        "seconds": round(done.seconds, 1),
        "seconds_per_cell": round(done.seconds / cells, 2),
        "median_seconds_of_a_cell": round(statistics.median(seconds), 1),
        "longest_seconds_of_a_cell": round(max(seconds), 1),
    }


def _requests(server: TeamServer) -> int:
    """How many requests the server's log has."""
    text = "".join(path.read_text(encoding="utf-8") for path in (server.folder / "printed").iterdir())
    return len(re.findall(r'"(?:GET|POST|PUT|PATCH|DELETE) /api/', text))


def _watch(server: TeamServer, most: list[int], over: threading.Event) -> None:
    """Keep the largest number of connections that the server had at once."""
    with records.database(server.environment) as connection:
        connection.autocommit = True
        while not over.wait(0.5):
            query = "SELECT count(*) FROM pg_stat_activity WHERE usename = current_user AND pid <> pg_backend_pid()"
            most[0] = max(most[0], *connection.execute(query).fetchone() or (0,))


def main() -> None:
    """Measure, and write the results."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.team")
    parser.add_argument("--cells", type=int, default=CELLS)
    parser.add_argument("--at-once", type=int, default=AT_ONCE)
    parser.add_argument("--results", type=Path, default=RESULTS)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name, team_server(Path(name) / "server") as server:
        figures = measure(server, Path(name), asked.cells, asked.at_once)
    write_json(asked.results, figures | {"machine": machine()})
    print(asked.results.read_text(encoding="utf-8"))


if __name__ == "__main__":
    with one_line_errors():
        main()
