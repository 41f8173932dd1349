"""What a pipeline costs around the training: each stage of `dvc repro` by part, a repro with nothing to do, one changed cell, many cells.

Measured in clones of this project in temporary folders: with `answer` as it is and `modern` for a few epochs, and with made-up cells.
"""

import os
import pstats
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.publish.clone import name_cells
from benchmarks.speed.made_up import make_project
from pipeline.files.cells import Cell
from pipeline.settings.params import load_settings

CELLS = (1, 10, 100, 1000)
# Functions whose cumulative time is that of a part, by the end of their file's name; what is left is what the stage computes.
PARTS = {
    "imports": [("<frozen importlib._bootstrap>", "_find_and_load")],
    "data": [("data/digits.py", "load_digits"), ("data/digits.py", "save_digits"), ("integrity/inputs.py", "check_inputs")],
    "tracing": [("polymorphic_function.py", "_initialize")],
    "saving": [("files/room.py", "save_weights"), ("pictures/png.py", "write_png"), ("training/state.py", "write_state")],
    "MLflow": [("tracking/background.py", "finish")],
}
PYTHON = '#!/bin/sh\nexec "{python}" -m cProfile -o "{folder}/$(date +%s%N)-${{2##*.}}.prof" "$@"\n'
HOOKS = {  # in the epochs of a training
    "tracking": [("tracking/cells.py", "record_epoch"), ("tracking/cells.py", "record_sheet")],
    "diagnosis": [("evidence/recorder.py", "on_epoch_end"), ("evidence/recorder.py", "on_train_batch_end")],
}
TRAINED = [Cell("answer", 0), Cell("modern", 0)]
EPOCHS = 3  # of modern


def clone(folder: Path) -> Path:
    """A clone of this project with two cells and nothing made."""
    subprocess.run(["git", "clone", "--quiet", "--local", ".", str(folder)], check=True)
    name_cells(folder / "params.yaml", TRAINED)
    settings = load_settings(folder / "params.yaml")
    change_setting(folder, "modern", "training_images", EPOCHS * settings.train.epoch_images)
    return folder


def stages(project: Path, profiles: Path) -> dict[str, dict[str, float]]:
    """Run `dvc repro` from nothing under cProfile: stage -> part -> seconds."""
    bin_folder = profiles / "bin"
    bin_folder.mkdir(parents=True)
    (bin_folder / "python").write_text(PYTHON.format(python=sys.executable, folder=profiles))
    (bin_folder / "python").chmod(0o755)
    seconds_of(project, ["repro", "--quiet"], before=bin_folder)
    found = {}
    for path in sorted(profiles.glob("*.prof")):
        stage, numbers = path.stem.partition("-")[2], parts(pstats.Stats(str(path)))
        found[stage if stage not in found else f"{stage}, {TRAINED[1].name}"] = numbers
    return found


def parts(profile: pstats.Stats) -> dict[str, float]:
    """Seconds of each part of a stage, and of the hooks of a training; `all` is the whole process after Python's own start."""
    functions: dict[tuple[str, int, str], Any] = profile.stats  # type: ignore[attr-defined]  # which its stubs leave out

    def spent(ends: list[tuple[str, str]]) -> float:
        return sum(numbers[3] for (file, _, name), numbers in functions.items() for end, wanted in ends if file.endswith(end) and name == wanted)

    seconds = {part: spent(ends) for part, ends in PARTS.items()}
    whole = max(numbers[3] for numbers in functions.values())
    seconds |= {"computing": whole - sum(seconds.values()), "all": whole} | {f"hooks of {hook}": spent(ends) for hook, ends in HOOKS.items()}
    return {part: round(value, 2) for part, value in seconds.items()}


def nothing_to_do(project: Path, rounds: int) -> dict[str, list[float]]:
    """Seconds of `dvc status` and of `dvc repro` in a project where everything is made, in turns."""
    commands = {"dvc status": ["status", "--quiet"], "dvc repro": ["repro", "--quiet"]}
    for arguments in commands.values():
        seconds_of(project, arguments)
    times: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(rounds):
        for name, arguments in commands.items():
            times[name].append(round(seconds_of(project, arguments), 3))
    return times


def one_changed_cell(project: Path) -> float:
    """Seconds of `dvc repro` after a setting of `answer` has changed."""
    change_setting(project, "answer", "generator_learning_rate", 0.0011)
    return round(seconds_of(project, ["repro", "--quiet"]), 1)


def change_setting(project: Path, variant: str, name: str, value: Any) -> None:
    """Write a setting of one variant, as a line of its own at the end of its section."""
    params = project / "params.yaml"
    head, section, rest = re.split(rf"(^  {variant}:.*\n(?:    .*\n)+)", params.read_text(encoding="utf-8"), maxsplit=1, flags=re.MULTILINE)
    others = "".join(line for line in section.splitlines(keepends=True) if not line.startswith(f"    {name}:"))
    params.write_text(f"{head}{others}    {name}: {value}\n{rest}", encoding="utf-8")


def many_cells() -> list[dict[str, Any]]:
    """The stage `compare` with made-up cells: its seconds, those of a second time, when all are in MLflow's store, and the bytes of the page."""
    rows = []
    for count in CELLS:
        with tempfile.TemporaryDirectory(dir=Path("artifacts").resolve()) as name:
            compare = partial(_run, [sys.executable, *make_project(Path(name), count)], Path(name))
            first, second = _timed(compare), _timed(compare)
            page = (Path(name) / "artifacts/report/index.html").stat().st_size
        rows.append({"cells": count, "seconds": round(first, 1), "again": round(second, 1), "page_bytes": page})
    return rows


def seconds_of(project: Path, arguments: list[str], before: Path | None = None) -> float:
    """Seconds of a command of DVC in a project; `before` is searched first for `python`."""
    return _timed(lambda: _run([sys.executable, "-m", "dvc", *arguments], project, before))


def _run(command: list[str], folder: Path, before: Path | None = None) -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("MLFLOW_TRACKING", "DVC_"))}
    paths = [*([str(before)] if before else []), str(Path(sys.executable).parent), environment.get("PATH", "")]
    environment |= {"PATH": os.pathsep.join(paths), "DVC_NO_ANALYTICS": "true"}
    subprocess.run(command, cwd=folder, env=environment, check=True, stdout=subprocess.DEVNULL)


def _timed(work: Callable[[], None]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began
