"""Set the cells side by side: reads every cell's metrics, writes the leaderboard, best Fréchet distance first.

It runs last, and on its way removes what cells that params.yaml no longer names have left behind.
"""

import sys
from pathlib import Path
from typing import Any

from pipeline.artifacts import read_json, write_json
from pipeline.cells import cell_name
from pipeline.errors import one_line_errors
from pipeline.leftovers import remove_other_folders, tidy_lock
from pipeline.params import RunSettings, load_settings

REAL = ("data_set", "classifier_accuracy", "classifier_sha256", "samples_real", "frechet_distance_real", "classifier_score_real")
COLUMNS = {
    "frechet_distance": "Fréchet",
    "classifier_score": "score",
    "class_consistency": "consistency",
    "effective_classes": "classes",
    "d_loss_first": "D loss first",
    "d_loss_last": "D loss last",
    "g_loss_last": "G loss last",
}


def compare(gans: Path, evaluations: Path, leaderboard: Path, settings: RunSettings) -> None:
    """Write the leaderboard of the cells that `settings` name."""
    cells = [cell_name(variant, seed) for variant in settings.variants for seed in settings.seeds]
    for folder in (gans, evaluations):
        remove_other_folders(folder, set(cells))
    tidy_lock(Path("dvc.lock"), _lock_order(cells))
    rows = [read_json(evaluations / cell / "metrics.json") for cell in cells]
    real = {name: rows[0][name] for name in REAL}
    ranked = sorted(({name: row[name] for name in row if name not in REAL} for row in rows), key=_rank)
    write_json(leaderboard, {"real": real, "cells": ranked})
    print(_as_table(real, ranked))


def _lock_order(cells: list[str]) -> list[str]:
    """The stages as dvc.yaml lists them."""
    stages = ["download", "preprocess", "classifier", "reference"]
    return stages + [f"{stage}@{cell}" for stage in ("train", "evaluate") for cell in cells] + ["compare"]


def _rank(row: dict[str, Any]) -> tuple[bool, float, str, int]:
    distance = row["frechet_distance"]
    return distance is None, distance or 0.0, row["variant"], row["seed"]


def _as_table(real: dict[str, Any], rows: list[dict[str, Any]]) -> str:
    lines = [f"Samples of {real['data_set']}, scored by a classifier that reads {real['classifier_accuracy']:.2%} of its test digits.", ""]
    lines.append(_line("cell", "status", list(COLUMNS.values())))
    for row in rows:
        values = ["-" if row[name] is None else f"{row[name]:.4f}" for name in COLUMNS]
        lines.append(_line(cell_name(row["variant"], row["seed"]), row["status"], values))
    floors = (real["frechet_distance_real"], real["classifier_score_real"], real["classifier_accuracy"])
    lines.append(_line("real digits", "", [f"{value:.4f}" for value in floors]))
    return "\n".join(lines)


def _line(cell: str, status: str, values: list[str]) -> str:
    return f"{cell:20}{status:10}" + "".join(f"{value:>13}" for value in values)


if __name__ == "__main__":
    with one_line_errors():
        gans, evaluations, leaderboard = map(Path, sys.argv[1:])
        compare(gans, evaluations, leaderboard, load_settings().run)
