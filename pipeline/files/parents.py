"""A stage that DVC started ends when DVC has: else it would go on alone, beside the next `dvc repro`."""

import os
import signal
import threading
import time

import psutil

from pipeline.files.signals import STATE

SECONDS = 0.5  # between two checks
STAGE = "DVC_STAGE"  # in the environment of what DVC starts


def watch_parents() -> None:
    """From now on, end this process as SIGTERM does once DVC, or the shell between, has ended; outside DVC nothing is watched."""
    if STAGE in os.environ:
        threading.Thread(target=_watch, args=(os.getppid(),), name="parents", daemon=True).start()


def _watch(parent: int) -> None:
    try:
        ancestors = _up_to_dvc(parent)
        while os.getppid() == parent and all(map(_lives, ancestors)):
            time.sleep(SECONDS)
    except psutil.NoSuchProcess:
        pass
    if STATE.asked is None:  # or else the process is about to end
        STATE.parent_ended = True
        os.kill(os.getpid(), signal.SIGTERM)


def _up_to_dvc(parent: int) -> list[psutil.Process]:
    """The shells that DVC started this stage with, and DVC itself: the first process whose environment does not have the stage.

    Raises:
        psutil.NoSuchProcess: DVC has ended.
    """
    process, found = psutil.Process(parent), []
    while True:
        found.append(process)
        try:
            between = process.environ().get(STAGE) == os.environ[STAGE]
        except psutil.AccessDenied:
            between = False
        above = process.parent() if between else None
        if above is None:
            break
        process = above
    if process.pid == 1 and not any(name in word for word in process.cmdline() for name in ("dvc", "python")):
        raise psutil.NoSuchProcess(1, msg="DVC ended before it was found, and the system's first process took its place")
    return found


def _lives(process: psutil.Process) -> bool:
    return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
