"""SIGKILL at random moments over all stages, inside moves of folders, syncs and checkpoints, and in mid-epoch; then `dvc repro`."""

import random
import signal
import time
from collections import Counter
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.torture import records
from benchmarks.torture.processes import LONGEST, Process, alive, side_by_side, wait_until
from benchmarks.torture.projects import STAGES, STORE, Announced, Row, Undisturbed, announced, environment, free_folder, repro

CHECKPOINT_EPOCHS = 1  # epochs between two checkpoints of the project
ROUNDS, KILLS = 4, 10  # KILLS in each round
AT_MOVES, AT_STEPS = 12, 10  # of all
WEIGHTS = {"train": 3, "classifier": 3}  # how often a stage is drawn where others are once: both keep checkpoints


class Kill(NamedTuple):
    """One kill: of which stage, where in it, and whether only the stage is killed or its group with DVC."""

    stage: str
    where: str  # at a `move`, removal or sync, or after a training `step`, chosen by number; else at a `moment` of the stage's duration
    part: float  # which one, as a share of all
    whom: str


def planned(rounds: int, kills: int, moves: int, steps: int, seed: int) -> list[list[Kill]]:
    """The kills of each round, in the order of the stages."""
    chance = random.Random(seed)
    kinds = ["move"] * moves + ["step"] * steps + ["moment"] * (rounds * kills - moves - steps)
    chance.shuffle(kinds)
    drawn = []
    for kind in kinds:
        # `settings` moves nothing, and two stages train.
        among = {"move": STAGES[1:], "step": tuple(WEIGHTS), "moment": STAGES}[kind]
        stage = chance.choices(among, [WEIGHTS.get(name, 1) for name in among])[0]
        drawn.append(Kill(stage, kind, chance.random(), chance.choice(("group", "stage"))))
    return [sorted(drawn[first : first + kills], key=lambda kill: STAGES.index(kill.stage)) for first in range(0, len(drawn), kills)]


def run(
    base: Path, undisturbed: Undisturbed, rounds: int = ROUNDS, kills: int = KILLS, moves: int = AT_MOVES, steps: int = AT_STEPS, seed: int = 0
) -> Row:
    """Kill, continue, compare; returns the figures."""
    plans = list(enumerate(planned(rounds, kills, moves, steps, seed)))
    outcomes = side_by_side(partial(_round, base, undisturbed), plans)
    hit = [kill for outcome in outcomes for kill in outcome["kills"] if kill["hit"]]
    repeated = [epochs for outcome in outcomes for epochs in outcome["epochs_computed_twice"]]
    problems = [f"{count} epochs computed twice after a kill" for count in repeated if count > CHECKPOINT_EPOCHS]
    problems += [] if any(repeated) or not steps else ["no kill fell into an epoch"]
    for number, outcome in enumerate(outcomes):
        lines = [*outcome["differences"], *outcome["store"]] + ([f"dvc repro: status {outcome['repro']}"] if outcome["repro"] else [])
        problems += [f"round {number}: {line}" for line in lines]
    return {
        "kills": len(hit),
        "inside_moves": sum(kill["hit"].startswith("move") for kill in hit),
        "in_epochs": sum(kill["hit"].startswith("step") for kill in hit),
        "by_stage": dict(sorted(Counter(kill["killed"] for kill in hit).items())),
        "identical": sum(sum(bool(kill["hit"]) for kill in outcome["kills"]) for outcome in outcomes if not outcome["differences"]),
        "continued": len(repeated),
        "with_an_epoch_lost": sum(bool(count) for count in repeated),
        "most_epochs_computed_twice": max(repeated, default=0),
        "runs_left_or_doubled": sum(len(outcome["store"]) for outcome in outcomes),
        "problems": problems,
        "rounds": outcomes,
    }


def _round(base: Path, undisturbed: Undisturbed, numbered: tuple[int, list[Kill]]) -> Row:
    """A project from its beginning to its end, with all kills of a round."""
    number, plan = numbered
    folder = free_folder(base, f"kills-{number}")
    project = undisturbed.copy(folder / "project", STAGES[0])
    done = [_kill(project, folder / f"log-{step:02}", undisturbed, kill, ["dvc", "repro"]) for step, kill in enumerate(plan)]
    late = [kill._replace(stage="train") for kill, row in zip(plan, done, strict=True) if not row["hit"]]  # everything was done before it
    again = ["dvc", "repro", "-s", "--force", undisturbed.target("train")]
    done += [_kill(project, folder / f"again-{step:02}", undisturbed, kill, again) for step, kill in enumerate(late)]
    ended = repro(project, folder / f"{'again' if late else 'log'}-end")
    logs = [each for log in sorted(folder.glob("log-*")) for each in announced(log)]
    differences = undisturbed.differences(project)
    store = records.problems(records.runs(project / STORE))
    print(f"  round {number}: {sum(bool(kill['hit']) for kill in done)} kills, {len(differences)} differences", flush=True)
    outcome = {"kills": done, "repro": ended.status, "differences": differences, "store": store, "epochs_computed_twice": computed_twice(logs)}
    if not differences and not store and not ended.status:
        free_folder(base, f"kills-{number}")
    return outcome


def _kill(project: Path, log: Path, undisturbed: Undisturbed, kill: Kill, command: list[str]) -> dict[str, Any]:
    """Run a command of DVC, and kill it at the moment; the stage may have ended before, then a later one is killed."""
    variables = {} if kill.where == "moment" else {"TORTURE_KILL": _instruction(undisturbed, kill)}
    process = Process(command, project, environment(log, **variables), log / "printed")
    hit = ""
    try:
        if kill.where == "moment":
            hit = _kill_at_a_moment(process, log, undisturbed, kill)
        status = process.end(LONGEST if kill.whom == "stage" or kill.where != "moment" else 1).status
    finally:
        process.kill()
    last = next(reversed(announced(log)), None)
    if last and kill.where != "moment":
        hit = next((line.removeprefix("killed at ") for line in last.lines() if line.startswith("killed at ")), "")
    return kill._asdict() | {"hit": hit if status else "", "killed": last.stage if last else kill.stage}


def _instruction(undisturbed: Undisturbed, kill: Kill) -> str:
    """For the hook: the number in each stage from the chosen one on."""
    counts = undisturbed.moves if kill.where == "move" else undisturbed.steps
    numbers = {stage: max(1, round(kill.part * counts.get(stage, 0))) for stage in STAGES[STAGES.index(kill.stage) :]}
    return f"{kill.where}:{','.join(f'{stage}={number}' for stage, number in numbers.items())}:{kill.whom}"


def _kill_at_a_moment(process: Process, log: Path, undisturbed: Undisturbed, kill: Kill) -> str:
    """Kill what runs then; empty if nothing did."""
    stage = wait_until(lambda: _reached(log, kill.stage) or not process.runs(), LONGEST)
    if not isinstance(stage, Announced):
        return ""
    time.sleep(kill.part * undisturbed.seconds[kill.stage])
    hit = alive(stage.pid) if kill.whom == "stage" else process.runs()
    process.signal(signal.SIGKILL, kill.whom, stage.pid)
    return "moment" if hit else ""


def _reached(log: Path, stage: str) -> Announced | None:
    """The first stage that has started and is the one asked for, or one after it."""
    return next((each for each in announced(log) if STAGES.index(each.stage) >= STAGES.index(stage)), None)


def computed_twice(runs: list[Announced]) -> list[int]:
    """How many epochs each continued training has begun, of those that an earlier attempt had ended."""
    twice = []
    for stage in ("classifier", "train"):
        seen: set[tuple[int, int]] = set()
        for each in (run for run in runs if run.stage == stage):
            steps = each.steps()
            twice += [len({epoch for epoch, batch in steps if (epoch, batch) in seen})] if seen else []
            seen |= set(steps)
    return twice
