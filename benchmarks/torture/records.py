"""What an MLflow store on SQLite has on record, read without MLflow, so that two records can be compared number by number."""

import sqlite3
from pathlib import Path
from typing import Any

Record = dict[str, Any]
MEASURED = ("time/", "system/")  # durations and the load of the machine: no two runs have the same
VOLATILE = (
    "device",
    "precision",
    "version.",
    "mlflow.",
    "pipeline.process",
    "pipeline.owner",
    "dvc.",
    "git.",
)  # tags about where and how a run was made
RUNS = """SELECT run_uuid, experiments.name, runs.name, status FROM runs JOIN experiments USING (experiment_id)
          WHERE runs.lifecycle_stage = 'active'"""


def runs(store: Path) -> list[Record]:
    """Every run that is not deleted: experiment, name, status, parameters, tags, and metrics as (step, value) by name."""
    with sqlite3.connect(f"file:{store}?mode=ro", uri=True) as database:
        found = [dict(zip(("id", "experiment", "name", "status"), row, strict=True)) for row in database.execute(RUNS)]
        for run in found:
            of_run = (run["id"],)
            run["params"] = dict(database.execute("SELECT key, value FROM params WHERE run_uuid = ?", of_run))
            run["tags"] = dict(database.execute("SELECT key, value FROM tags WHERE run_uuid = ?", of_run))
            points: dict[str, list[tuple[int, float]]] = {}
            for key, step, value in database.execute("SELECT key, step, value FROM metrics WHERE run_uuid = ? ORDER BY key, step, value", of_run):
                points.setdefault(key, []).append((step, value))
            run["metrics"] = points
    database.close()
    return sorted(found, key=lambda run: (run["experiment"], run["name"]))


def problems(found: list[Record]) -> list[str]:
    """What is wrong with any record: a run that still runs, and a run that is there twice."""
    names = [f"{run['experiment']}/{run['name']}" for run in found]
    lines = [f"{name}: {run['status']}" for name, run in zip(names, found, strict=True) if run["status"] != "FINISHED"]
    return lines + [f"{name}: {names.count(name)} runs" for name in sorted(set(names)) if names.count(name) > 1]


def differences(found: list[Record], right: list[Record]) -> list[str]:
    """How a record differs from the undisturbed one, run by run: parameters, tags, and metrics point by point."""
    own, other = ({f"{run['experiment']}/{run['name']}": run for run in runs} for runs in (found, right))
    lines = [f"{name}: {'missing' if name in other else 'not expected'}" for name in sorted(own.keys() ^ other.keys())]
    for name in sorted(own.keys() & other.keys()):
        for part in ("params", "tags", "metrics"):
            one, two = ({key: value for key, value in run[name][part].items() if not _differs_anyway(part, key)} for run in (own, other))
            lines += [f"{name}: {part}: {key}" for key in sorted(one.keys() | two.keys()) if one.get(key) != two.get(key)]
    return lines


def _differs_anyway(part: str, key: str) -> bool:
    return key.startswith(MEASURED if part == "metrics" else VOLATILE if part == "tags" else ()) or key == "device"
