"""Set the cells side by side: reads every cell's metrics, pictures and findings, writes the leaderboard as JSON and Markdown, and the report.

It runs last, and on its way removes what cells that params.yaml no longer names have left behind.
"""

import sys
from pathlib import Path
from typing import Any

from pipeline.evaluation.files import METRICS
from pipeline.files.artifacts import read_json, staged_file, write_json
from pipeline.files.cells import cell_name
from pipeline.files.errors import one_line_errors
from pipeline.report.outputs import Outputs
from pipeline.report.page import write_report
from pipeline.report.prune import remove_others, tidy_lock
from pipeline.report.table import as_table
from pipeline.report.verdicts import VERDICT_SCORE, aggregate
from pipeline.settings.params import Settings, load_settings
from pipeline.tracking.comparison import mirror_comparison


def compare(
    pipeline: Path,
    lock: Path,
    gans: Path,
    evaluations: Path,
    diagnoses: Path,
    reference: Path,
    leaderboard: Path,
    table: Path,
    report: Path,
    settings: Settings,
) -> None:
    """Write the leaderboard of the cells that `settings` name, and the report about them."""
    cells = [cell_name(variant, seed) for variant in settings.run.variants for seed in settings.run.seeds]
    for folder in (gans, evaluations, diagnoses):
        remove_others(folder, cells)
    tidy_lock(pipeline, lock, cells)
    rows = sorted((read_json(evaluations / cell / METRICS) for cell in cells), key=_rank)
    board = {
        "cells": rows,
        "variants": aggregate(rows, settings.run.variants, settings.compare.baseline, settings.compare.confidence),
        "anchors": _anchors(rows[0], read_json(reference / "ceilings.json")),
        "score": VERDICT_SCORE,
        "baseline": settings.compare.baseline,
        "confidence": settings.compare.confidence,
    }
    text = as_table(board)
    write_report(report, board, settings, Outputs(gans, evaluations, diagnoses, reference))
    write_json(leaderboard, board)
    with staged_file(table) as partial:
        partial.write_text(text, encoding="utf-8")
    print(text)


def _anchors(row: dict[str, Any], ceilings: dict[str, dict[str, Any]]) -> list[dict[str, Any]]:
    """What scores mean: those of real digits, and of what must score badly."""
    real = {name.removesuffix("_real"): value for name, value in row.items() if name.endswith("_real")}
    return [{"name": "real digits", **real}, *({"name": name, **ceilings[name]} for name in sorted(ceilings))]


def _rank(row: dict[str, Any]) -> tuple[bool, float, str, int]:
    distance = row["frechet_distance"]
    return distance is None, distance or 0.0, row["variant"], row["seed"]


if __name__ == "__main__":
    with one_line_errors():
        pipeline, lock, gans, evaluations, diagnoses, reference, leaderboard, table, report = map(Path, sys.argv[1:])
        settings = load_settings()
        compare(pipeline, lock, gans, evaluations, diagnoses, reference, leaderboard, table, report, settings)
        mirror_comparison(settings, leaderboard, report)
