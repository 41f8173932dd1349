"""Eight processes in eight clones open one fresh store at the same moment, and each records a small cell in it, as a stage does.

`python -m benchmarks.torture.fresh_stores FOLDER ROUNDS PROCESSES` imports MLflow once; the eight are its children, so that all of them
reach the store within milliseconds.
"""

import json
import os
import shutil
import signal
import sys
import traceback
from pathlib import Path

from benchmarks.torture import records
from benchmarks.torture.processes import LONGEST, Process
from benchmarks.torture.projects import Row, Undisturbed, environment, free_folder

ROUNDS, PROCESSES, STEPS = 20, 8, 5
LIMIT = 180  # seconds after which a process gives up
METRICS = ("d_loss", "g_loss", "real_fake_auc")
ROOT = Path(__file__).parents[2]


def run(base: Path, undisturbed: Undisturbed, rounds: int = ROUNDS, processes: int = PROCESSES) -> Row:
    """Open fresh stores; returns the figures."""
    folder = free_folder(base, "fresh-stores")
    for number in range(processes):
        kept = shutil.ignore_patterns("mlflow.db*", "mlartifacts", "cache", "tmp", "gan", "evaluation", "reference")
        shutil.copytree(undisturbed.finished, folder / f"clone-{number}", symlinks=True, ignore=kept)
    variables = environment(folder / "log", PYTHONPATH=str(ROOT))
    command = [sys.executable, "-m", "benchmarks.torture.fresh_stores", str(folder), str(rounds), str(processes)]
    ended = Process(command, ROOT, variables, folder / "printed").end(LONGEST)
    if ended.status:
        nothing = {"processes": processes, "failures": rounds * processes, "metrics_lost": rounds * processes * len(METRICS) * STEPS}
        return nothing | {"rounds": 0, "problems": [f"the process ended with status {ended.status}: {ended.errors[-500:]}"]}
    statuses = json.loads(ended.output.splitlines()[-1])
    expected = {name: [[step, _value(name, step)] for step in range(STEPS)] for name in METRICS}
    problems, lost = [], 0
    for number, each in enumerate(statuses):
        problems += [f"round {number}: process {place}: status {status}" for place, status in enumerate(each) if status]
        found = [run for run in _runs(folder / f"round-{number}" / "shared.db") if run["experiment"] == "gan"]
        problems += [f"round {number}: {line}" for line in records.problems(found)]
        complete = sum(all(run["metrics"].get(f"losses/{name}") == points for name, points in _points(expected).items()) for run in found)
        lost += (processes - complete) * len(METRICS) * STEPS
    said = [line for line in ended.errors.splitlines() if line.strip()]
    return {
        "rounds": len(statuses),
        "processes": processes,
        "failures": sum(bool(status) for each in statuses for status in each),
        "metrics_lost": lost,
        "lines_printed": len(said),
        "problems": problems + said[:20],
        "statuses": statuses,
    }


def _points(expected: dict[str, list[list[float]]]) -> dict[str, list[tuple[int, float]]]:
    return {name: [(int(step), value) for step, value in points] for name, points in expected.items()}


def _runs(store: Path) -> list[Row]:
    return records.runs(store) if store.is_file() else []


def _value(name: str, step: int) -> float:
    return round(len(name) + step / 7, 6)


def _open_at_once(folder: Path, rounds: int, processes: int) -> list[list[int]]:
    """The exit statuses of all processes of each round."""
    import pipeline.tracking.run
    import pipeline.tracking.store  # noqa: F401 (imported before the children are made)

    statuses = []
    for number in range(rounds):
        store = folder / f"round-{number}" / "shared.db"
        store.parent.mkdir()
        waiting, start = os.pipe()
        children = [_child(folder / f"clone-{place}", store, place, waiting, start) for place in range(processes)]
        os.close(waiting)
        os.close(start)  # all of them start
        statuses.append([os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children])
        print(f"  round {number}: {statuses[-1]}", flush=True)
    return statuses


def _child(clone: Path, store: Path, place: int, waiting: int, start: int) -> int:
    child = os.fork()
    if child:
        return child
    status = 1
    try:
        signal.alarm(LIMIT)
        os.close(start)
        os.chdir(clone)
        os.environ["MLFLOW_TRACKING_URI"] = f"sqlite:///{store}"
        os.read(waiting, 1)  # ends when the other end is closed
        _record(place)
        status = 0
    except BaseException:
        traceback.print_exc()
    os._exit(status)


def _record(place: int) -> None:
    """A run with settings, tags, data sets and losses."""
    from pipeline.settings.params import load_settings
    from pipeline.tracking.run import Run, subject
    from pipeline.tracking.store import GANS, connect

    client, experiment = connect(GANS)
    run = Run.create(client, experiment, f"cell-{place}", subject(load_settings(), f"key-{place}", {"seed": place}, {"train": "training"}))
    for step in range(STEPS):
        run.metrics("losses", {name: _value(name, step) for name in METRICS}, step)
    run.finish()


if __name__ == "__main__":
    print(json.dumps(_open_at_once(Path(sys.argv[1]), *map(int, sys.argv[2:]))))
