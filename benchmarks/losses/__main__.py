"""`python -m benchmarks.losses [COMMAND ...]`: measures where the losses of healthy trainings stay.

Without a command it runs the scripts of examples/healthy that were not measured yet; a command is a script of your own without a fault, with its
arguments, such as "gan.py --steps 2000". The pipeline's published cells without an error count, too. Writes benchmarks/loss_bands.json and a picture;
the table in docs/losses.md and the bands in pipeline/doctor/diagnosis/loss_bands.py are to be made the same, which tests check.
"""

import shlex
import sys
from pathlib import Path
from typing import Any

from benchmarks.diagnosis.scripts.running import environment
from benchmarks.losses.bands import band_row, bands, cell, training
from benchmarks.losses.picture import PICTURE, draw
from benchmarks.losses.training import evidence_of
from pipeline.files.artifacts import write_json
from pipeline.files.cells import HISTORY
from pipeline.files.errors import one_line_errors
from pipeline.files.json_file import read_json
from pipeline.settings.params import load_settings

BANDS = Path("benchmarks/loss_bands.json")
HEALTHY, GANS = Path("examples/healthy"), Path("artifacts/gan")
Row = dict[str, Any]


def published_cells(before: list[Row]) -> list[Row]:
    """The pipeline's cells whose diagnosis has no error: from artifacts/ if the cell lies there, or else as before or as published."""
    gans = load_settings(Path("params.yaml")).gan
    healthy = {
        row["cell"]
        for row in read_json(Path("benchmarks/diagnosis.json"))["cells"]
        if not any(finding["severity"] == "error" for finding in row["findings"])
    }
    found = {row["name"]: row for row in before}
    for row in read_json(Path("benchmarks/results.json"))["cells"]:
        name = f"{row['variant']}-{row['seed']}"
        history = GANS / name / HISTORY
        if name in healthy and (history.is_file() or name not in found):
            found[name] = cell(row, gans[row["variant"]], read_json(history)["epochs"] if history.is_file() else [])
    return list(found.values())


def measure(commands: list[str], before: list[Row]) -> None:
    """Publish a row for each pair of networks of each script, one script after the other; rows of other scripts stay as they were before."""
    found = {row["name"]: row for row in before}
    publish(before)
    for command in commands or [str(path) for path in sorted(HEALTHY.glob("*.py")) if path.stem not in found]:
        script, *arguments = shlex.split(command)
        for number, evidence in enumerate(evidence_of([script, *arguments], environment()), 1):
            name = f"{Path(script).stem}:{number}" if number > 1 else Path(script).stem
            found[name] = training(name, evidence)
            print(f"{name}: {found[name]['family']}", flush=True)
        publish(list(found.values()))


def publish(rows: list[Row]) -> None:
    """Write the bands and the picture, and print the table of docs/losses.md."""
    trainings = sorted(rows, key=lambda row: str(row["name"]))
    families = bands(trainings)
    write_json(BANDS, {"families": families, "trainings": trainings})
    draw(PICTURE, trainings)
    print(*(band_row(family, band) for family, band in families.items()), sep="\n", flush=True)


if __name__ == "__main__":
    with one_line_errors():
        before = read_json(BANDS)["trainings"] if BANDS.exists() else []
        measure(sys.argv[1:], published_cells(before))
