"""Trials side by side, a process for each: the training of a small GAN keeps one core busy."""

import multiprocessing
import os
import shutil
import signal
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import NamedTuple

from pipeline.runtime import pin_runtime  # before Keras, which it starts quietly

# isort: split
from pipeline.files.artifacts import staged_folder, write_json
from pipeline.files.errors import PipelineError
from pipeline.files.owner import owner
from pipeline.pictures.png import write_png
from pipeline.pictures.sheets import sample_sheet
from pipeline.repair.trial import Paths, Scorer, Trial, run_trial
from pipeline.settings.params import Settings

RESULT, SHEET = "result.json", "samples.png"
MOST = 8  # each takes 2 GB


class Task(NamedTuple):
    """A trial, and the folder that keeps it."""

    trial: Trial
    folder: Path


_given: tuple[Paths, Settings] | None = None  # of a worker's process


@contextmanager
def workers(folder: Path, paths: Paths, settings: Settings) -> Iterator[ProcessPoolExecutor]:
    """Processes that make trials in a folder, as many as there are cores; they end with the block, and leave nothing half made."""
    cores = min(MOST, len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1)
    context = multiprocessing.get_context("spawn")  # TensorFlow does not survive a fork
    pool = ProcessPoolExecutor(cores, context, _start, (paths, settings))
    try:
        yield pool
    finally:
        children = multiprocessing.active_children()
        for child in children:
            child.kill()
        pool.shutdown(wait=False, cancel_futures=True)
        for child in children:
            child.join()
            for partial in folder.glob(f"*.{child.pid}.partial"):
                shutil.rmtree(partial)


def is_made(folder: Path) -> bool:
    """Whether a folder has all files of a trial: they move into it one by one."""
    return all((folder / name).is_file() for name in (RESULT, SHEET))


def make(pool: ProcessPoolExecutor, tasks: Sequence[Task]) -> None:
    """Make trials, and wait until all are there.

    Raises:
        PipelineError: a process was killed, as a system does that has no memory left.
    """
    futures: list[Future[None]] = [pool.submit(_make, task) for task in tasks]
    try:
        for future in futures:
            future.result()
    except BrokenProcessPool:
        raise PipelineError("repair: expected trials that end, but a process was killed; free some memory, and run the same command again") from None


def _start(paths: Paths, settings: Settings) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C goes to all; the process that waits ends the others
    threading.Thread(target=_end_with_parent, daemon=True).start()
    global _given
    _given = (paths, settings)
    pin_runtime(settings.train.threads)


def _end_with_parent() -> None:
    """A process that was killed cannot end its workers."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


@cache
def _scorer() -> Scorer:
    """Made with the first trial, whose error it may be."""
    if _given is None:
        raise ValueError("expected a process that was started by `workers`")
    return Scorer(*_given)


def _make(task: Task) -> None:
    with owner("trial", task.folder.name):
        if is_made(task.folder):
            return  # another repair made it
        result, sheet = run_trial(task.trial, _scorer())
        with staged_folder(task.folder, [RESULT, SHEET]) as partial:
            write_json(partial / RESULT, result)
            write_png(partial / SHEET, sample_sheet(sheet, f"seed {task.trial.seed}, after {task.trial.images} images"))
