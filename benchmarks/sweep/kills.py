"""A sweep of tiny cells whose processes are killed at random: every cell is done once in the results, with the bytes of `dvc repro`."""

import os
import random
import signal
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil

from benchmarks.sweep.projects import commit, other_files, python, tiny, to_end
from pipeline.files.json_file import read_json

CELL, STAGE = "pipeline.sweep.cell", "pipeline.stages."
WORKERS = ("ray::run_cell", CELL, STAGE)  # Ray's own, that of a cell, that of a stage
PAUSE = (2.0, 10.0)  # seconds between two kills


def measure(folder: Path, cells: int, kills: int) -> dict[str, Any]:
    """How often each kind was killed, how many cells have results, and the files that differ from those of `dvc repro`."""
    project, right = tiny(folder / "project", cells), tiny(folder / "right", cells)
    to_end(right, "-m", "dvc", "repro", "--quiet", log=folder / "log-right")
    params = project / "params.yaml"
    params.write_text(params.read_text(encoding="utf-8").replace("  retries: 3\n", "  retries: 20\n"), encoding="utf-8")
    commit(project)
    numbers, killed = random.Random(0), dict.fromkeys(WORKERS, 0)
    process = python(project, "-m", "pipeline.sweep", log=folder / "log")
    next_kill = time.monotonic() + numbers.uniform(*PAUSE)
    while process.poll() is None:
        time.sleep(0.1)
        if sum(killed.values()) < kills and time.monotonic() > next_kill:
            kind = WORKERS[numbers.randrange(len(WORKERS))]
            if found := _of_cells(process.pid, kind):
                with suppress(ProcessLookupError):  # it may have ended by itself
                    os.kill(numbers.choice(found), signal.SIGKILL)
                    killed[kind] += 1
                next_kill = time.monotonic() + numbers.uniform(*PAUSE)
    board = project / "artifacts/leaderboard.json"
    rows = [f"{row['variant']}-{row['seed']}" for row in read_json(board)["cells"]] if board.is_file() else []
    return {
        "cells": cells,
        "different_files": other_files(project, right),
        "done_once": sum(rows.count(name) == 1 for name in set(rows)),
        "killed": killed,
        "status": process.returncode,
    }


def _of_cells(sweep: int, kind: str) -> list[int]:
    """The processes of a kind that run cells: the stages that all cells share run in the project, and an end of theirs is one of the sweep."""
    return running(sweep, kind) if kind != STAGE else [stage for cell in running(sweep, CELL) for stage in running(cell, STAGE)]


def running(parent: int, word: str) -> list[int]:
    """The processes that a process started, itself or by others, and whose command has this word; none once it has ended."""
    found = []
    try:
        children = psutil.Process(parent).children(recursive=True)
    except psutil.Error:
        return []
    for process in children:
        try:
            if word in " ".join(process.cmdline()) or word in process.name():
                found.append(process.pid)
        except psutil.Error:
            continue
    return sorted(found)
