"""`python -m benchmarks.publish FOLDER` (make publish): train every published cell and write results.json, docs/results.md and two pictures.

FOLDER receives a clone of this project, in which DVC trains one cell after the other, for hours. A cell's row is in benchmarks/results.json, and what
the pictures show of it in benchmarks/published/, as soon as it is scored. Once they are committed, an interrupted publication continues on any
machine with the same kind of processor: another kind makes another classifier. Durations differ from run to run, so no stage writes them: they come
from the clone's MLflow store.
"""

import argparse
from contextlib import chdir
from pathlib import Path

from benchmarks.machine import machine
from benchmarks.pictures import draw_samples, draw_training
from benchmarks.publish.cells import CELLS, SEEDS
from benchmarks.publish.clone import make_clone, reproduce
from benchmarks.publish.kept import is_kept, keep
from benchmarks.publish.page import results_page
from benchmarks.publish.rows import GANS_FOLDER, origin, published_row
from benchmarks.tables import Row
from pipeline.files.artifacts import write_json, write_text
from pipeline.files.cells import Cell
from pipeline.files.errors import one_line_errors
from pipeline.files.json_file import read_json
from pipeline.settings.params import load_settings

RESULTS = Path("benchmarks/results.json")
PAGE = Path("docs/results.md")
TRAINING_PICTURE, SAMPLES_PICTURE = Path("docs/images/results.png"), Path("docs/images/variants.png")
MAIN_VARIANTS = ("asker", "answer", "answer_tuned", "modern")  # in the README's picture


def publish(folder: Path, cells: list[Cell]) -> None:
    """Train the cells in the clone, add the row of each to results.json, then write the page and the pictures."""
    make_clone(folder, cells)
    reproduce(folder, "reference")
    for cell in cells:
        _publish_cell(folder, cell)
    names = {cell.name for cell in cells}
    rows = [row for row in read_json(RESULTS)["cells"] if _cell(row).name in names]  # what is no longer published goes
    _write_rows(rows)
    write_text(PAGE, results_page(rows))
    variants = list(dict.fromkeys(cell.variant for cell in cells))
    draw_training(TRAINING_PICTURE, [variant for variant in variants if variant in MAIN_VARIANTS])
    draw_samples(SAMPLES_PICTURE, variants)


def _publish_cell(folder: Path, cell: Cell) -> None:
    """Train and score a cell, unless its row has the same origin already, and for a variant's first seed what the pictures show is kept."""
    rows = {_cell(row).name: row for row in (read_json(RESULTS)["cells"] if RESULTS.is_file() else [])}
    pictured = bool(cell.seed) or is_kept(cell.variant)
    with chdir(folder):
        settings = load_settings()
        if pictured and origin(settings, cell).items() <= rows.get(cell.name, {}).items():
            return
        reproduce(Path(), *(f"{stage}@{cell.name}" for stage in ("train", "evaluate", "diagnose")))
        rows[cell.name] = published_row(settings, cell)
    if not cell.seed:
        keep(cell.variant, folder / GANS_FOLDER / cell.name)
    print(f"{cell.name}: {rows[cell.name]['status']}, {rows[cell.name]['training_seconds']} s", flush=True)
    _write_rows(list(rows.values()))


def _write_rows(rows: list[Row]) -> None:
    order = list(SEEDS)
    known = sorted((row for row in rows if row["variant"] in order), key=lambda row: (order.index(row["variant"]), row["seed"]))
    write_json(RESULTS, {"cells": known, "machine": machine()})


def _cell(row: Row) -> Cell:
    return Cell(row["variant"], row["seed"])


if __name__ == "__main__":
    with one_line_errors():
        parser = argparse.ArgumentParser(prog="python -m benchmarks.publish", description=__doc__.partition("\n")[0], allow_abbrev=False)
        parser.add_argument("folder", type=Path, help="of the clone, outside of this project")
        publish(parser.parse_args().folder.resolve(), CELLS)
