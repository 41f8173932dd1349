"""Every fault of MLflow's store, at the start of a training and in its middle; then `python -m pipeline.tracking`, and the record compared."""

import contextlib
import random
import sqlite3
import sys
from functools import partial
from pathlib import Path
from statistics import median
from typing import NamedTuple

import yaml

from benchmarks.torture import records
from benchmarks.torture.faulty_database import NEED_MOUNTS, Broken, faulty_database
from benchmarks.torture.faulty_server import FaultyServer
from benchmarks.torture.file_systems import may_mount
from benchmarks.torture.processes import LONGEST, Process, side_by_side, wait_until
from benchmarks.torture.projects import STORE, Row, Undisturbed, announced, environment, free_folder
from tests.project import write_params

BOTH, START, MIDDLE = ("start", "middle"), ("start",), ("middle",)
SERVER = {"absent": BOTH, "hung": BOTH, "slow": BOTH, "failing": BOTH, "restarted": MIDDLE}
# A file system with a file that is open for writing cannot become read-only, so that fault is there from the start.
DATABASE = {"locked": BOTH, "read-only": START, "full": BOTH, "corrupt": BOTH, "half-migrated": START, "held lock": BOTH}
BUDGET_SECONDS = 6  # of `tracking.budget_seconds`, so that a fault is over soon
CONTROLS = 3  # trainings without a fault
TOLERANCE = 3.0  # seconds by which two trainings of the same kind differ on a busy machine


class Fault(NamedTuple):
    """One fault of one kind of store, and when it begins."""

    kind: str
    moment: str


class Usual(NamedTuple):
    """A training without a fault: how long it takes, and what it records."""

    seconds: float
    record: list[records.Record]


def planned(count: int | None, seed: int) -> list[Fault]:
    """All faults, or some of them."""
    every = [Fault(kind, moment) for kind, moments in (SERVER | DATABASE).items() for moment in moments]
    tried = [fault for fault in every if may_mount() or fault.kind not in NEED_MOUNTS]
    return tried if count is None else random.Random(seed).sample(tried, count)


def run(base: Path, undisturbed: Undisturbed, count: int | None = None, seed: int = 0, tolerance: float = TOLERANCE) -> Row:
    """Train under each fault; returns the figures."""
    plan = planned(count, seed)
    controls = side_by_side(partial(_control, base, undisturbed), range(CONTROLS))
    usual = Usual(median(control.seconds for control in controls), controls[0].record)
    outcomes = side_by_side(partial(_trial, base, undisturbed, usual), plan)
    return {
        "faults": len(outcomes),
        "not_tried": sorted(set(NEED_MOUNTS)) if not may_mount() else [],
        "one_warning": sum(outcome["warnings"] == 1 for outcome in outcomes),
        "no_warning_and_complete": sum(outcome["warnings"] == 0 and outcome["complete_at_once"] for outcome in outcomes),
        "complete_afterwards": sum(not outcome["record"] for outcome in outcomes),
        "same_bytes": sum(not outcome["differences"] for outcome in outcomes),
        "budget_seconds": BUDGET_SECONDS,
        "most_seconds_lost": round(max((outcome["seconds_lost"] for outcome in outcomes), default=0.0), 1),
        "control_seconds": [round(control.seconds, 1) for control in controls],
        "problems": [f"{outcome['kind']} at the {outcome['moment']}: {line}" for outcome in outcomes for line in _problems(outcome, tolerance)],
        "outcomes": outcomes,
    }


def _problems(outcome: Row, tolerance: float) -> list[str]:
    lines = [*outcome["differences"], *outcome["record"]]
    lines += [f"status {outcome['status']}"] if outcome["status"] else []
    if outcome["warnings"] != 1 and not (outcome["warnings"] == 0 and outcome["complete_at_once"]):
        lines.append(f"{outcome['warnings']} warnings in {len(outcome['lines'])} lines: {outcome['lines'][:3]}")
    if outcome["seconds_lost"] > BUDGET_SECONDS + tolerance:
        lines.append(f"{outcome['seconds_lost']} s lost")
    return lines


def _control(base: Path, undisturbed: Undisturbed, number: int) -> Usual:
    """A training without a fault, in a store like the others."""
    folder = free_folder(base, f"store-control-{number}")
    project = undisturbed.copy(folder / "project")
    ended = Process(undisturbed.command("train"), project, environment(folder / "log"), folder / "log" / "printed").end()
    return Usual(ended.seconds, records.runs(project / STORE))


def _trial(base: Path, undisturbed: Undisturbed, usual: Usual, fault: Fault) -> Row:
    folder = free_folder(base, f"store-{fault.kind}-{fault.moment}".replace(" ", "-"))
    project, log = undisturbed.copy(folder / "project"), folder / "log"
    usual_budget = _set_budget(project, BUDGET_SECONDS)
    broken = _server(folder, undisturbed.store, fault) if fault.kind in SERVER else faulty_database(folder, project, undisturbed.store, fault.kind)
    with broken as (uri, store, begin, repair):
        variables = environment(log, **({"MLFLOW_TRACKING_URI": uri} if uri else {}))
        if fault.moment == "start":
            begin()
        process = Process(undisturbed.command("train"), project, variables, log / "printed")
        try:
            if fault.moment == "middle":
                wait_until(lambda: any(each.steps() for each in announced(log)) or not process.runs(), LONGEST)
                begin()
            ended = process.end()
        finally:
            process.kill()
        repair()
        _set_budget(project, usual_budget)
        at_once = _differences(store, usual.record)
        later = variables | {"TORTURE_LOG": str(folder / "later")}
        done = Process([sys.executable, "-m", "pipeline.tracking"], project, later, log / "printed").end()
        record = _differences(store, records.runs(undisturbed.finished / STORE))
        record += [f"pipeline.tracking: status {done.status}: {done.errors[-300:]}"] if done.status else []
    lines = [line for line in ended.errors.splitlines() if line.strip()]
    differences = undisturbed.differences(project, "train")
    lost = max(0.0, round(ended.seconds - usual.seconds, 1))
    print(f"  {fault.kind} at the {fault.moment}: {len(lines)} lines, {lost} s lost, {len(record)} differences of the record", flush=True)
    outcome = fault._asdict() | {"status": ended.status, "warnings": sum("warning: " in line for line in lines) if len(lines) <= 1 else len(lines)}
    outcome |= {"lines": [line[:300] for line in lines], "seconds_lost": lost, "complete_at_once": not at_once}
    return outcome | {"differences": differences, "record": record}


def _set_budget(project: Path, seconds: float) -> float:
    """Change the budget in params.yaml, on which no stage depends; returns what it was."""
    path = project / "params.yaml"
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    before, content["tracking"]["budget_seconds"] = content["tracking"]["budget_seconds"], seconds
    write_params(project, content)
    return float(before)


def _differences(store: Path, right: list[records.Record]) -> list[str]:
    """How the record in a store differs from another one."""
    found = []
    with contextlib.suppress(sqlite3.Error):
        found = records.runs(store)
    return records.problems(found) + records.differences(found, right)


@contextlib.contextmanager
def _server(folder: Path, empty: Path, fault: Fault) -> Broken:
    """A server that gets the fault."""
    server = FaultyServer(folder / "server", empty)
    try:
        server.ready()
        if fault.moment == "middle":
            server.set_mode("open")
        begin = server.restart if fault.kind == "restarted" else partial(server.set_mode, fault.kind)
        yield server.uri, server.store, begin, partial(server.set_mode, "open")
    finally:
        server.close()
