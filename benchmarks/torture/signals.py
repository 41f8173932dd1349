"""SIGINT, SIGTERM and SIGHUP to a training, to its whole group, to DVC alone: while it imports its libraries, and while it trains."""

import itertools
import random
import signal
import time
from functools import partial
from pathlib import Path
from typing import NamedTuple

from benchmarks.torture.processes import LONGEST, Process, alive, not_of_dvc, side_by_side, wait_until
from benchmarks.torture.projects import Announced, Row, Undisturbed, announced, environment, free_folder, left_over, repro

NAMES, TARGETS, MOMENTS = ("SIGINT", "SIGTERM", "SIGHUP"), ("stage", "group", "dvc"), ("importing", "training")
IMPORTS = 3.0  # seconds for which a stage imports its libraries, at least
STEPS = 4  # calls into TensorFlow, within the first of which a signal comes while it trains
ORPHAN = 60.0  # seconds in which a stage without DVC must have ended
CHAINS = 2  # signals one after the other into a training, which goes on from where it was


class Signal(NamedTuple):
    """One signal to one process, and when."""

    name: str
    target: str
    moment: str
    part: float


def planned(count: int, seed: int) -> list[Signal]:
    """So many of all combinations, in random order."""
    chance = random.Random(seed)
    found = [Signal(*each, chance.random()) for each in itertools.product(NAMES, TARGETS, MOMENTS)]
    chance.shuffle(found)
    return found[:count]


def run(base: Path, undisturbed: Undisturbed, count: int = len(NAMES) * len(TARGETS) * len(MOMENTS), seed: int = 0) -> Row:
    """Stop the training again and again; returns the figures."""
    plan = planned(count, seed)
    chains = side_by_side(partial(_chain, base, undisturbed), [(number, plan[number::CHAINS]) for number in range(CHAINS)])
    rows = [row for chain in chains for row in chain["signals"]]
    return {
        "signals": sum(row["hit"] for row in rows),
        "one_line": sum(row["hit"] and not row["ignored"] and len(row["lines"]) == 1 for row in rows),
        "ignored_by_dvc": sum(row["ignored"] for row in rows),
        "left": sum(len(row["left"]) for row in rows),
        "identical": sum(not difference for chain in chains for difference in chain["differences"]),
        "trainings": sum(len(chain["differences"]) for chain in chains),
        "problems": [problem for chain in chains for problem in chain["problems"]],
        "outcomes": rows,
    }


def _chain(base: Path, undisturbed: Undisturbed, numbered: tuple[int, list[Signal]]) -> Row:
    """Signals into one training; once it has ended, it is compared, and begins anew for the next signal."""
    number, plan = numbered
    folder = free_folder(base, f"signals-{number}")
    trainings, differences, rows = 0, list[list[str]](), list[Row]()

    def begin() -> Path:
        nonlocal trainings
        trainings += 1
        return undisturbed.copy(folder / f"project-{trainings}", "train")

    project = begin()
    for step, each in enumerate(plan):
        row = _send(project, folder / f"log-{step}", undisturbed, each)
        if not row["hit"]:  # the training ended before the moment came
            differences.append(_complete(project, folder / f"log-end-before-{step}", undisturbed))
            project = begin()
            row = _send(project, folder / f"log-again-{step}", undisturbed, each)
        rows.append(row)
        if row.pop("finished") or step == len(plan) - 1:
            differences.append(_complete(project, folder / f"log-end-{step}", undisturbed))
            project = project if step == len(plan) - 1 else begin()
    wrong = [f"{row['name']} to {row['target']} {row['moment']}: {problem}" for row in rows for problem in row.pop("problems")]
    print(f"  chain {number}: {len(rows)} signals, {len(differences)} trainings, {len(wrong)} problems", flush=True)
    return {"signals": rows, "differences": differences, "problems": wrong + [line for lines in differences for line in lines]}


def _complete(project: Path, log: Path, undisturbed: Undisturbed) -> list[str]:
    """Let the training end; how it differs from the undisturbed one then."""
    ended = repro(project, log, "-s", undisturbed.target("train"))
    return undisturbed.differences(project, "train") + ([f"dvc repro: status {ended.status}"] if ended.status else [])


def _send(project: Path, log: Path, undisturbed: Undisturbed, each: Signal) -> Row:
    """One signal, and what came of it."""
    process = Process(["dvc", "repro", "-s", undisturbed.target("train")], project, environment(log), log / "printed")
    try:
        stage = wait_until(lambda: next(iter(announced(log)), None) or not process.runs(), LONGEST)
        hit = isinstance(stage, Announced) and _wait_for(each, stage, process)
        process.signal(getattr(signal, each.name), each.target, stage.pid if isinstance(stage, Announced) else None)
        wait_until(lambda: not process.runs(), LONGEST)
        # DVC may end before its stage does, whose step and checkpoint take their time.
        left_alone = isinstance(stage, Announced) and not wait_until(lambda: not alive(stage.pid), ORPHAN)
        ended = process.end(LONGEST)
    finally:
        process.kill()
    lines = [line for line in not_of_dvc(ended.errors) if "warning:" not in line]
    finished = ended.status == 0
    ignored = hit and finished and each.target == "dvc" and each.name == "SIGINT"  # DVC leaves Ctrl-C to the stage
    left = left_over(project)
    row = each._asdict() | {"hit": hit, "status": ended.status, "lines": lines[-3:], "left": left, "ignored": ignored, "finished": finished}
    problems = ["a traceback"] if "Traceback" in ended.errors else []
    if hit and not ignored:
        problems += ["the signal had no effect"] if finished else []
        problems += [f"expected one line, received {len(lines)}: {lines[-1:]}"] if len(lines) != 1 or not lines[0].startswith("error: ") else []
        problems += ["the stage went on without DVC"] if left_alone else []
        problems += [f"{name} was left" for name in left]
    return row | {"problems": problems}


def _wait_for(each: Signal, stage: Announced, process: Process) -> bool:
    """Wait for the moment; whether the stage still ran then."""
    if each.moment == "importing":
        wait_until(lambda: handles_signals(stage.pid) or not process.runs(), LONGEST)
        time.sleep(each.part * IMPORTS)
    else:
        wait_until(lambda: len(stage.steps()) > each.part * STEPS or not process.runs(), LONGEST)
    return process.runs() and alive(stage.pid)


def handles_signals(pid: int) -> bool:
    """Whether a process has a handler for SIGTERM, which Python itself does not set: the pipeline's first lines have run."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines()
    except OSError:
        return False
    caught = next((int(line.split()[1], 16) for line in lines if line.startswith("SigCgt:")), 0)
    return bool(caught >> (signal.SIGTERM - 1) & 1)
