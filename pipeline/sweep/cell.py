"""`python -m pipeline.sweep.cell CELL [--push]`, in a clone of a sweep: DVC's stages of one cell, and their results to the remote.

It ends with the task that started it: when the pipe on its standard input closes, it ends its stage, which keeps a checkpoint, and itself.
"""

import os
import signal
import sys
import threading
from pathlib import Path

from dvc.cli import main as dvc

SHARED = ("preprocess", "classifier", "reference")  # stages whose outputs all cells read
CELL_STAGES = ("train", "evaluate", "diagnose")
READY = Path(".dvc/tmp/sweep-ready")  # names the dvc.lock whose shared outputs are in the clone


def run_stages(cell: str, push: bool) -> int:
    """Run the stages of a cell that DVC has no result of; returns the exit status, EX_TEMPFAIL if files could not be fetched or pushed."""
    targets = [f"{stage}@{cell}" for stage in CELL_STAGES]
    if _fetch_shared(push):
        return os.EX_TEMPFAIL
    status = dvc(["repro", "--single-item", *(["--pull"] if push else []), *targets])
    if status == 0 and push and dvc(["push", "--run-cache", *targets]):
        return os.EX_TEMPFAIL
    return status


def _fetch_shared(pull: bool) -> int:
    """Have the outputs of the shared stages in the clone as dvc.lock records them."""
    lock = Path("dvc.lock").read_bytes()
    if READY.is_file() and READY.read_bytes() == lock:
        return 0
    READY.unlink(missing_ok=True)  # from here on the clone has neither the old outputs nor all of the new ones
    status = dvc(["pull" if pull else "checkout", "--force", *SHARED])
    if status == 0:
        READY.parent.mkdir(parents=True, exist_ok=True)
        READY.write_bytes(lock)
    return status


def end_with_the_task() -> None:
    """Wait until the pipe closes, then end this process and its stage."""
    while os.read(0, 1):  # not by `sys.stdin`, whose lock would be held when Python ends
        pass
    os.killpg(os.getpgrp(), signal.SIGTERM)


if __name__ == "__main__":
    threading.Thread(target=end_with_the_task, daemon=True).start()
    sys.exit(run_stages(sys.argv[1], push="--push" in sys.argv[2:]))
