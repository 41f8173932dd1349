"""Which cells have their results, and how finished ones come into the project: DVC finds in its cache what a node has computed."""

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Sequence
from typing import IO

from pipeline.files.artifacts import write_json
from pipeline.files.cells import Cell
from pipeline.files.errors import DataError, PipelineError
from pipeline.files.json_file import read_json
from pipeline.files.owner import state_folder
from pipeline.provenance import cell_key, code_hash
from pipeline.settings.params import Settings
from pipeline.sweep.cell import CELL_STAGES, SHARED
from pipeline.terminal.progress import say

FINISHED = "sweep.json"  # cell -> what its results come from, of cells whose results may be with the remote alone


class Record:
    """The cells that have ended well, kept in a file: where the project's process is killed before it has their results, they are not run again."""

    def __init__(self, settings: Settings) -> None:
        self.settings, self.path = settings, state_folder() / FINISHED
        try:
            self.cells: dict[str, str] = read_json(self.path, dict[str, str]) if self.path.is_file() else {}
        except DataError:  # each cell then asks the remote for its results
            self.cells = {}

    def add(self, cell: Cell) -> None:
        """Note that a cell ended well with the present settings, data and code."""
        self.cells[cell.name] = self._key(cell)
        self.path.parent.mkdir(parents=True, exist_ok=True)
        write_json(self.path, self.cells)

    def has(self, cell: Cell) -> bool:
        """Whether a cell ended well with the present settings, data and code."""
        return self.cells.get(cell.name) == self._key(cell)

    def _key(self, cell: Cell) -> str:
        return cell_key(self.settings, cell) + code_hash(*SHARED, *CELL_STAGES)


def unfinished(cells: Iterable[Cell]) -> list[Cell]:
    """Those cells of which the project does not have every result up to date."""
    printed = subprocess.run([sys.executable, "-m", "dvc", "status", "--json"], check=False, capture_output=True, encoding="utf-8")
    if printed.returncode:
        raise PipelineError(f"dvc status: expected what is up to date, received: {(printed.stderr.strip().splitlines() or ['no word'])[-1]}")
    changed = json.loads(printed.stdout)
    return [cell for cell in cells if any(f"{stage}@{cell.name}" in changed for stage in CELL_STAGES)]


def bring_in(cells: Sequence[Cell], from_remote: bool) -> None:
    """Have DVC restore the results of finished cells in the project; it computes nothing, because its cache or the remote has them."""
    if not cells:
        return
    if from_remote:
        quietly("fetch", "--run-cache", *SHARED)  # what the stages gave, and not yet their files: `--pull` fetches those
    options = ["--single-item", *(["--pull"] if from_remote else [])]
    quietly("repro", *options, *(f"{stage}@{cell.name}" for cell in cells for stage in CELL_STAGES))


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
