"""Set the cells side by side: reads every cell's metrics, writes the leaderboard as JSON and Markdown, best Fréchet distance first.

It runs last, and on its way removes what cells that params.yaml no longer names have left behind.
"""

import sys
from pathlib import Path
from typing import Any

from pipeline.artifacts import read_json, staged_file, write_json
from pipeline.cells import cell_name
from pipeline.errors import one_line_errors
from pipeline.leftovers import remove_other_folders, tidy_lock
from pipeline.params import Settings, load_settings

COLUMNS = {
    "frechet_distance": "Fréchet",
    "kernel_distance": "kernel",
    "precision": "precision",
    "recall": "recall",
    "classifier_score": "score",
    "class_consistency": "consistency",
    "classes_covered": "classes",
    "class_kl": "class KL",
    "d_loss_first": "D first",
    "d_loss_last": "D last",
    "g_loss_last": "G last",
}


def compare(pipeline: Path, lock: Path, gans: Path, evaluations: Path, leaderboard: Path, table: Path, settings: Settings) -> None:
    """Write the leaderboard of the cells that `settings` name."""
    cells = [cell_name(variant, seed) for variant in settings.run.variants for seed in settings.run.seeds]
    for folder in (gans, evaluations):
        remove_other_folders(folder, cells)
    tidy_lock(pipeline, lock, cells)
    rows = sorted((read_json(evaluations / cell / "metrics.json") for cell in cells), key=_rank)
    write_json(leaderboard, {"cells": rows})
    text = _as_table(rows)
    with staged_file(table) as partial:
        partial.write_text(text, encoding="utf-8")
    print(text)


def _rank(row: dict[str, Any]) -> tuple[bool, float, str, int]:
    distance = row["frechet_distance"]
    return distance is None, distance or 0.0, row["variant"], row["seed"]


def _as_table(rows: list[dict[str, Any]]) -> str:
    """A Markdown table that also reads well on a terminal."""
    about = rows[0]
    heading = (
        f"{about['samples']} samples of each GAN, held against the {about['split']} split of {about['data_set']} in layer "
        f"`{about['feature_layer']}` of a classifier that reads {about['classifier_accuracy']:.2%} of the test digits "
        f"(sha256 {about['classifier_sha256'][:12]}). D and G are the losses of the first and last epoch."
    )
    table = [["cell", *COLUMNS.values()]]
    for row in rows:
        name = cell_name(row["variant"], row["seed"])
        table.append([name if row["status"] == "finished" else f"{name} ({row['status']})", *(_number(row[column]) for column in COLUMNS)])
    table.append(["real digits", *(_number(about.get(f"{column}_real")) for column in COLUMNS)])
    widths = [max(len(cell) for cell in column) for column in zip(*table, strict=True)]
    table.insert(1, ["-" * widths[0], *("-" * (width - 1) + ":" for width in widths[1:])])
    lines = ["| " + " | ".join([row[0].ljust(widths[0]), *map(str.rjust, row[1:], widths[1:])]) + " |" for row in table]
    return "\n".join([heading, "", *lines, ""])


def _number(value: float | None) -> str:
    if value is None:
        return ""
    return f"{value:.0f}" if isinstance(value, int) or abs(value) >= 100 else f"{value:.4f}"


if __name__ == "__main__":
    with one_line_errors():
        pipeline, lock, gans, evaluations, leaderboard, table = map(Path, sys.argv[1:])
        compare(pipeline, lock, gans, evaluations, leaderboard, table, load_settings())
