"""`python -m benchmarks.losses.training FILE SCRIPT [ARGUMENT ...]`: runs a script with the doctor, and writes what it knows of the losses."""

import runpy
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.diagnosis.scripts.running import SECONDS, run
from pipeline.files.artifacts import write_json
from pipeline.files.errors import DataError
from pipeline.files.json_file import read_json

Evidence = dict[str, Any]
PARTS = ("loss", "discriminator", "step")  # of the evidence before training: what the family and its units are read from


def evidence_of(command: Sequence[str], variables: dict[str, str]) -> list[Evidence]:
    """The evidence of each pair of networks that a script trains, from a process of its own; empty if the doctor could follow none.

    Raises:
        DataError: the script did not end well.
    """
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "evidence.json"
        ended = run([sys.executable, "-m", "benchmarks.losses.training", str(file), *command], variables, SECONDS)
        if ended.status != 0 or not file.is_file():
            raise DataError(
                f"{command[0]}: expected a script that ends, received status {ended.status} ({ended.last_words}); run it without the doctor"
            )
        found: list[Evidence] = read_json(file)
        return found


def run_attached(script: Path, arguments: Sequence[str]) -> list[Evidence]:
    """Run a script in this process with the doctor attached."""
    from pipeline.doctor.attach import attach

    sys.argv[:] = [str(script), *arguments]
    sys.path.insert(0, str(script.resolve().parent))
    with attach() as attached:
        try:
            runpy.run_path(str(script), run_name="__main__")
        except SystemExit as ended:  # a script may end itself
            if ended.code:
                raise
        attached.report()
    return [
        {"before": {name: followed.before[name] for name in PARTS if name in followed.before}, "epochs": followed.rows}
        for followed in attached.followed
    ]


if __name__ == "__main__":
    file, script, *arguments = sys.argv[1:]
    write_json(Path(file).resolve(), run_attached(Path(script), arguments))
