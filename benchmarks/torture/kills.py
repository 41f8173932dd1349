"""SIGKILL at random moments over all stages, some of them inside moves of folders, syncs and checkpoints; then `dvc repro` until it is done."""

import random
import signal
import time
from collections import Counter
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.torture import records
from benchmarks.torture.processes import LONGEST, Process, side_by_side, wait_until
from benchmarks.torture.projects import STAGES, STORE, Announced, Row, Undisturbed, announced, environment, free_folder, repro

CHECKPOINT_EPOCHS = 1  # epochs between two checkpoints of the project
ROUNDS, KILLS, IN_MOVES = 4, 10, 10  # KILLS in each round, IN_MOVES of all
WEIGHTS = {"train": 3, "classifier": 3}  # how often a stage is drawn where others are once: both keep checkpoints
TRIES = 3  # of the last `dvc repro`


class Kill(NamedTuple):
    """One kill: of which stage, where in it, and whether only the stage is killed or its group with DVC."""

    stage: str
    inside: bool  # at a move, removal or sync, chosen by number; else at a moment of the stage's duration
    part: float  # which one, as a share of all
    whom: str


def planned(rounds: int, kills: int, inside: int, seed: int) -> list[list[Kill]]:
    """The kills of each round, in the order of the stages."""
    chance = random.Random(seed)
    weights = [WEIGHTS.get(stage, 1) for stage in STAGES]
    order = list(range(rounds * kills))
    moving = set(chance.sample(order, inside))
    drawn = []
    for number in order:
        # `settings` and `compare`'s own checks move nothing; every other stage does.
        among = [weight if number not in moving or stage != "settings" else 0 for stage, weight in zip(STAGES, weights, strict=True)]
        stage = chance.choices(STAGES, among)[0]
        drawn.append(Kill(stage, number in moving, chance.random(), chance.choice(("group", "stage"))))
    return [sorted(drawn[first : first + kills], key=lambda kill: STAGES.index(kill.stage)) for first in range(0, len(drawn), kills)]


def run(base: Path, undisturbed: Undisturbed, rounds: int = ROUNDS, kills: int = KILLS, inside: int = IN_MOVES, seed: int = 0) -> Row:
    """Kill, continue, compare; returns the figures."""
    plans = list(enumerate(planned(rounds, kills, inside, seed)))
    outcomes = side_by_side(partial(_round, base, undisturbed), plans)
    hit = [kill for outcome in outcomes for kill in outcome["kills"] if kill["hit"]]
    repeated = [steps for outcome in outcomes for steps in outcome["epochs_computed_twice"]]
    return {
        "kills": len(hit),
        "inside_moves": sum(kill["inside"] for kill in hit),
        "by_stage": dict(sorted(Counter(kill["stage"] for kill in hit).items())),
        "identical": sum(sum(kill["hit"] for kill in outcome["kills"]) for outcome in outcomes if not outcome["differences"]),
        "most_epochs_computed_twice": max(repeated, default=0),
        "runs_left_or_doubled": sum(len(outcome["store"]) for outcome in outcomes),
        "problems": [f"{count} epochs computed twice after a kill" for count in repeated if count > CHECKPOINT_EPOCHS]
        + [f"round {number}: {line}" for number, outcome in enumerate(outcomes) for line in outcome["differences"] + outcome["store"]],
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
    statuses: list[int] = []
    while not statuses or (statuses[-1] and len(statuses) < TRIES):
        statuses.append(repro(project, folder / f"{'again' if late else 'log'}-end-{len(statuses)}").status)
    logs = [each for log in sorted(folder.glob("log-*")) for each in announced(log)]
    differences = undisturbed.differences(project)
    store = records.problems(records.runs(project / STORE))
    print(f"  round {number}: {sum(kill['hit'] for kill in done)} kills, {len(differences)} differences", flush=True)
    outcome = {"kills": done, "repro": statuses, "differences": differences, "store": store, "epochs_computed_twice": computed_twice(logs)}
    if not differences and not store:
        free_folder(base, f"kills-{number}")
    return outcome


def _kill(project: Path, log: Path, undisturbed: Undisturbed, kill: Kill, command: list[str]) -> dict[str, Any]:
    """Run a command of DVC, and kill it at the moment; the stage may have ended before, then a later one is killed."""
    at = max(1, round(kill.part * undisturbed.moves[kill.stage]))
    variables = {"TORTURE_KILL": f"{','.join(STAGES[STAGES.index(kill.stage) :])}:{at}:{kill.whom}"} if kill.inside else {}
    process = Process(command, project, environment(log, **variables), log / "printed")
    hit, stage = False, None
    try:
        if kill.inside:
            hit, stage = process.end(LONGEST).status != 0, _last(log)
        else:
            stage = wait_until(lambda: _reached(log, kill.stage) or not process.runs(), LONGEST)
            if isinstance(stage, Announced):
                time.sleep(kill.part * undisturbed.seconds[kill.stage])
                hit = process.runs()
                process.signal(signal.SIGKILL, kill.whom, stage.pid)
                process.end(LONGEST if kill.whom == "stage" else 1)
    finally:
        process.kill()
    last = _last(log)
    return kill._asdict() | {"hit": hit, "stage": last.stage if last else kill.stage}


def _reached(log: Path, stage: str) -> Announced | None:
    """The first stage that has started and is the one asked for, or one after it."""
    return next((each for each in announced(log) if STAGES.index(each.stage) >= STAGES.index(stage)), None)


def _last(log: Path) -> Announced | None:
    return next(reversed(announced(log)), None)


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
