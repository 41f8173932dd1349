"""Two owners of one cell at once, in every combination of the ways to start a training; what they leave must be whole and of one training."""

import itertools
import random
import signal
import subprocess
import time
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from benchmarks.torture import records
from benchmarks.torture.processes import LONGEST, Ended, Process, alive, not_of_dvc, side_by_side, wait_until
from benchmarks.torture.projects import STORE, Row, Undisturbed, announced, environment, free_folder, repro

WAYS = ("dvc repro", "dvc repro -s", "dvc exp run --temp", "bare stage", "orphan")
CELLS = ("train", "diagnose")  # in turn: the longest stage of a cell, and the shortest
ROUNDS, APART = 20, 4.0  # seconds between the two starts, at most


class Pair(NamedTuple):
    """Two ways to start the same stage of a cell, and how many seconds apart."""

    stage: str
    ways: tuple[str, str]
    apart: float


def planned(rounds: int, seed: int) -> list[Pair]:
    """Every combination, some of them more than once, up to so many rounds."""
    chance = random.Random(seed)
    combinations = list(itertools.combinations_with_replacement(WAYS, 2))
    again = chance.sample(combinations, max(0, rounds - len(combinations)))
    chosen = [*combinations, *again] if rounds >= len(combinations) else chance.sample(combinations, rounds)
    found = []
    for number, (one, two) in enumerate(chosen):
        found.append(Pair(CELLS[number % len(CELLS)], (one, two) if chance.random() < 0.5 else (two, one), chance.random() * APART))
    return found


def run(base: Path, undisturbed: Undisturbed, rounds: int = ROUNDS, seed: int = 0) -> Row:
    """Start two owners, let both end, complete the cell; returns the figures."""
    outcomes = side_by_side(partial(_round, base, undisturbed), list(enumerate(planned(rounds, seed))))
    return {
        "rounds": len(outcomes),
        "combinations": len({tuple(sorted(outcome["ways"])) for outcome in outcomes}),
        "incomplete_or_mixed": sum(bool(outcome["recorded"] or outcome["differences"]) for outcome in outcomes),
        "record_lost": sum(bool(outcome["store"]) for outcome in outcomes),
        "problems": [
            f"{outcome['stage']}, {' + '.join(outcome['ways'])}: {line}"
            for outcome in outcomes
            for part in ("recorded", "differences", "store", "said")
            for line in outcome[part]
        ],
        "outcomes": [{name: value for name, value in outcome.items() if name != "said"} for outcome in outcomes],
    }


def _round(base: Path, undisturbed: Undisturbed, numbered: tuple[int, Pair]) -> Row:
    number, pair = numbered
    folder = free_folder(base, f"owners-{number}")
    project, log = undisturbed.copy(folder / "project", pair.stage), folder / "log"
    started = []
    for place, way in enumerate(pair.ways):
        started.append((way, _start(project, log / str(place), undisturbed, pair.stage, way)))
        time.sleep(pair.apart if place == 0 else 0)
    ended = [_end(way, process, log / str(place)) for place, (way, process) in enumerate(started)]
    recorded = _wrong_records(project, undisturbed, pair.stage)
    last = repro(project, folder / "log-end", "-s", undisturbed.target(pair.stage))
    differences = undisturbed.differences(project, pair.stage) + ([f"the last dvc repro: status {last.status}"] if last.status else [])
    found = records.runs(project / STORE)
    store = records.problems(found)
    if pair.stage == "train" and not any(_whole(run, undisturbed) for run in found):
        store.append("no run has the losses of every epoch")
    said = [line for each in ended for line in _unclear(each)]
    print(
        f"  {pair.stage}, {' + '.join(pair.ways)}: {[each.status for each in ended]}, {len(recorded + differences + store + said)} problems",
        flush=True,
    )
    outcome = {"stage": pair.stage, "ways": pair.ways, "apart": round(pair.apart, 2), "statuses": [each.status for each in ended]}
    outcome |= {"lines": [not_of_dvc(each.errors)[-1:] for each in ended]}
    return outcome | {"recorded": recorded, "differences": differences, "store": store, "said": said}


def _start(project: Path, log: Path, undisturbed: Undisturbed, stage: str, way: str) -> Process:
    target = undisturbed.target(stage)
    words = {
        "dvc repro": ["dvc", "repro", target],
        "dvc exp run --temp": ["dvc", "exp", "run", "--temp", "-s", target],
        "bare stage": undisturbed.command(stage),
    }.get(way, ["dvc", "repro", "-s", target])
    process = Process(words, project, environment(log), log / "printed")
    if way == "orphan":  # DVC is killed as soon as its stage has started
        wait_until(lambda: announced(log) or not process.runs(), LONGEST)
        process.signal(signal.SIGKILL, "dvc")
    return process


def _end(way: str, process: Process, log: Path) -> Ended:
    """How an owner ends by itself; a stage without its DVC has its time for that, too."""
    if way == "orphan":
        process.popen.wait()
        for stage in announced(log):
            wait_until(lambda pid=stage.pid: not alive(pid), LONGEST)  # type: ignore[misc]
    return process.end(LONGEST)


def _wrong_records(project: Path, undisturbed: Undisturbed, stage: str) -> list[str]:
    """What dvc.lock records of the cell, here and in each experiment, that is not the undisturbed result; and files that are not as recorded."""
    target, listed = undisturbed.target(stage), _git(project, "for-each-ref", "--format=%(refname)", "refs/exps").split()
    locks = {"dvc.lock": (project / "dvc.lock").read_text(encoding="utf-8")} | {name: _git(project, "show", f"{name}:dvc.lock") for name in listed}
    wrong = []
    for name, text in locks.items():
        entry: dict[str, Any] | None = (yaml.safe_load(text) or {}).get("stages", {}).get(target)
        if entry and entry["outs"] != undisturbed.recorded(target):
            wrong.append(f"{name} records another result")
        if entry and name == "dvc.lock":
            wrong += [line for line in undisturbed.differences(project, stage) if "left over" not in line]
    return wrong


def _whole(run: Row, undisturbed: Undisturbed) -> bool:
    """Whether a run has the losses of every epoch."""
    (right,) = (each for each in records.runs(undisturbed.finished / STORE) if each["name"] == undisturbed.cell and each["experiment"] == "gan")
    return all(run["metrics"].get(name) == points for name, points in right["metrics"].items() if name.startswith("losses/"))


def _unclear(ended: Ended) -> list[str]:
    """What an owner printed that is no clear line."""
    return (
        ["a traceback"]
        if "Traceback" in ended.errors
        else []
        if ended.status == 0 or ended.errors.strip() or ended.status < 0
        else ["it failed without a line"]
    )


def _git(project: Path, *words: str) -> str:
    return subprocess.run(["git", *words], cwd=project, capture_output=True, text=True).stdout
