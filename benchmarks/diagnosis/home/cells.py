"""Trained cells with their diagnosis, and pictures of the failure modes that only a whole training shows."""

from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.diagnosis.home.pictures import draw_cell
from pipeline.files.cells import HISTORY, SAMPLE_ARRAYS, Cell
from pipeline.files.json_file import read_json
from pipeline.settings.params import Settings

DIAGNOSES, GANS = Path("artifacts/diagnosis"), Path("artifacts/gan")
Row = dict[str, Any]


def diagnosed(settings: Settings, before: list[Row]) -> list[Row]:
    """A row per cell with its findings: from artifacts/ if the cell lies there, or else the row from before."""
    rows = {row["cell"]: row for row in before}
    for variant in settings.run.variants:
        for seed in settings.run.seeds:
            cell = Cell(variant, seed).name
            path = DIAGNOSES / f"{cell}.json"
            if path.is_file():
                rows[cell] = {"cell": cell, "variant": variant, "seed": seed, "findings": read_json(path)["findings"]}
    order = list(settings.gan)
    return sorted(rows.values(), key=lambda row: (order.index(row["variant"]), row["seed"]))


def draw_cells(rows: list[Row], drawn: set[str]) -> None:
    """A picture of each finding that has none, from the first cell that has it."""
    for row in rows:
        folder = GANS / row["cell"]
        for finding in row["findings"]:
            if finding["id"] not in drawn and (folder / SAMPLE_ARRAYS).is_file():
                draw_cell(finding["id"], np.load(folder / SAMPLE_ARRAYS)[-1], read_json(folder / HISTORY)["epochs"])
                drawn.add(finding["id"])
