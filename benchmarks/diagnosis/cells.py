"""Trained cells as they were diagnosed, and pictures of the illnesses that only a whole training shows."""

from pathlib import Path
from typing import Any

from benchmarks.diagnosis.pictures import draw_cell
from pipeline.files.artifacts import read_json
from pipeline.files.cells import HISTORY, SAMPLES, cell_name
from pipeline.pictures.grids import sheet_images
from pipeline.pictures.png import read_png
from pipeline.settings.params import Settings

DIAGNOSES, GANS = Path("artifacts/diagnosis"), Path("artifacts/gan")
Row = dict[str, Any]


def diagnosed(settings: Settings, before: list[Row]) -> list[Row]:
    """A row per cell with its findings: of those that lie in artifacts/, and of others as they stood before."""
    rows = {row["cell"]: row for row in before}
    for variant in settings.run.variants:
        for seed in settings.run.seeds:
            cell = cell_name(variant, seed)
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
            if finding["id"] not in drawn and (folder / SAMPLES).is_file():
                draw_cell(finding["id"], sheet_images(read_png(folder / SAMPLES)), read_json(folder / HISTORY)["epochs"])
                drawn.add(finding["id"])
