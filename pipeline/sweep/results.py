"""Which cells have their results, and how finished ones come into the project: DVC's cache or its remote has what a node has computed."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import IO

from pipeline.files.cells import Cell
from pipeline.files.errors import PipelineError
from pipeline.settings.lock_file import add_to_lock
from pipeline.sweep.cell import CELL_STAGES
from pipeline.terminal.progress import say

LOCK = Path("dvc.lock")


def unfinished(cells: Iterable[Cell]) -> list[Cell]:
    """Those cells of which the project does not have every result up to date."""
    printed = subprocess.run([sys.executable, "-m", "dvc", "status", "--json"], check=False, capture_output=True, encoding="utf-8")
    if printed.returncode:
        raise PipelineError(f"dvc status: expected what is up to date, received: {(printed.stderr.strip().splitlines() or ['no word'])[-1]}")
    changed = json.loads(printed.stdout)
    return [cell for cell in cells if any(f"{stage}@{cell.name}" in changed for stage in CELL_STAGES)]


def bring_in(locks: Mapping[Cell, str], from_remote: bool) -> None:
    """Have the results of finished cells in the project: what dvc.lock says of them in their clones, and the outputs from the cache or the remote.

    `dvc repro` would find them in its cache of runs, too, but it writes the whole of dvc.lock anew after each stage. DVC's checkout of one
    target takes as long as that of all.

    Args:
        locks: the text of dvc.lock of each cell.
        from_remote: whether the outputs are with the remote alone.
    """
    if not locks:
        return
    add_to_lock(LOCK, locks.values(), {f"{stage}@{cell.name}" for cell in locks for stage in CELL_STAGES})
    before = _empty_folders()
    quietly("pull" if from_remote else "checkout", "--force", "--allow-missing")  # what is missing of other stages, `dvc repro` makes
    for folder in _empty_folders() - before:  # of outputs that DVC has no record of
        os.removedirs(folder)


def _empty_folders() -> set[str]:
    return {folder for folder, folders, files in os.walk("artifacts") if not folders and not files}


def dvc(*arguments: str) -> None:
    """Run a command of DVC in the project.

    Raises:
        PipelineError: it ended with an error, which it has printed.
    """
    _run(arguments, output=None)


def quietly(*arguments: str) -> None:
    """Run a command of DVC in the project, and print what it says only where it ends with an error: its own --quiet hides errors, too.

    Raises:
        PipelineError: it ended with an error, which is printed.
    """
    with tempfile.TemporaryFile() as output:
        try:
            _run(arguments, output)
        except PipelineError:
            output.seek(0)
            say(output.read().decode(encoding="utf-8", errors="replace").rstrip())
            raise


def _run(arguments: Sequence[str], output: IO[bytes] | None) -> None:
    status = subprocess.run([sys.executable, "-m", "dvc", *arguments], stdout=output, stderr=output, check=False).returncode
    if status:
        raise PipelineError(f"dvc {' '.join(arguments[:2])}: expected it to end well, it ended with status {status}; see above")
