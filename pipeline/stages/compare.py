"""Compare the cells: reads the scores, pictures and findings of every cell, writes the leaderboard as JSON and Markdown, and the report.

It runs last. Before it reads anything, it removes what cells that params.yaml no longer names have left behind.
"""

import sys
from pathlib import Path
from typing import Any, NamedTuple

from pipeline.evaluation.files import SCORES, CellScores, NegativeControls
from pipeline.files.artifacts import write_json, write_text
from pipeline.files.cells import Cell
from pipeline.files.errors import one_line_errors
from pipeline.files.json_file import read_json
from pipeline.files.owner import owner
from pipeline.integrity.inputs import check_inputs
from pipeline.report.outputs import Outputs
from pipeline.report.page import write_report
from pipeline.report.prune import prune_folder, prune_lock
from pipeline.report.table import leaderboard_table
from pipeline.report.verdicts import VERDICT_SCORE, aggregate
from pipeline.settings.params import Settings, load_settings
from pipeline.terminal.closing import closing, next_steps
from pipeline.tracking.comparison import record_comparison


class Paths(NamedTuple):
    """DVC's files and the folders that earlier stages filled, which are read and pruned; last the three files to write."""

    pipeline: Path
    lock: Path
    gans: Path
    evaluations: Path
    diagnoses: Path
    metrics: Path
    reference: Path
    leaderboard: Path
    table: Path
    report: Path


def compare(paths: Paths, settings: Settings) -> None:
    """Write the leaderboard of the cells that `settings` name, and the report about them."""
    cells = [Cell(variant, seed).name for variant in settings.run.variants for seed in settings.run.seeds]
    for folder in (paths.gans, paths.evaluations, paths.diagnoses, paths.metrics):
        prune_folder(folder, cells)
    prune_lock(paths.pipeline, paths.lock, cells)
    check_inputs(paths.gans, paths.evaluations, paths.diagnoses, paths.reference)
    rows = sorted((read_json(paths.evaluations / cell / SCORES, CellScores) for cell in cells), key=_rank)
    board = {
        "cells": rows,
        "variants": aggregate(rows, settings.run.variants, settings.compare.baseline, settings.compare.confidence),
        "real_reference": rows[0]["real_reference"],
        "negative_controls": read_json(paths.reference / "negative_controls.json", NegativeControls),
        "score": VERDICT_SCORE,
        "baseline": settings.compare.baseline,
        "confidence": settings.compare.confidence,
    }
    text = leaderboard_table(board)
    write_report(paths.report, board, settings, Outputs(paths.gans, paths.evaluations, paths.diagnoses, paths.reference))
    write_json(paths.leaderboard, board)
    write_text(paths.table, text)
    print(text)
    closing(f"wrote {paths.table} and {paths.report}, the page to open in a browser", "make ui")
    if rows[0]["scores"][VERDICT_SCORE] is not None:
        next_steps({f"make promote CELL={Cell(rows[0]['variant'], rows[0]['seed']).name}": "serve the best one"})


def _rank(row: dict[str, Any]) -> tuple[bool, float, str, int]:
    """The lowest distance first; cells without one last."""
    distance = row["scores"][VERDICT_SCORE]
    return distance is None, distance or 0.0, row["variant"], row["seed"]


if __name__ == "__main__":
    with one_line_errors(), owner("compare"):
        paths, settings = Paths(*map(Path, sys.argv[1:])), load_settings()
        compare(paths, settings)
        record_comparison(settings, paths.leaderboard, paths.report)
