"""The leaderboard as a Markdown table that also reads well on a terminal."""

from typing import Any

from pipeline.files.cells import cell_name
from pipeline.report.words import verdict_words

COLUMNS = {
    "frechet_distance": "Fréchet",
    "kernel_distance": "kernel",
    "precision": "precision",
    "recall": "recall",
    "density": "density",
    "coverage": "coverage",
    "classifier_score": "score",
    "class_consistency": "consistency",
    "classes_covered": "classes",
    "within_class_diversity": "diversity",
    "memorised_share": "memorised",
    "d_loss_last": "D loss",
    "g_loss_last": "G loss",
}


def as_table(board: dict[str, Any]) -> str:
    """A row per cell, under them what real digits and what worthless images get, and the verdicts."""
    about = board["cells"][0]
    heading = (
        f"{about['samples']} samples of each GAN, held against the {about['split']} split of {about['data_set']} in layer "
        f"`{about['feature_layer']}` of a classifier that reads {about['classifier_accuracy']:.2%} of the test digits "
        f"(sha256 {about['classifier_sha256'][:12]}). D and G are the losses of the last epoch."
    )
    named = [(_title(row), row) for row in board["cells"]] + [(row["name"], row) for row in board["anchors"]]
    table = [["cell", *COLUMNS.values()], *([name, *(_number(row.get(column)) for column in COLUMNS)] for name, row in named)]
    widths = [max(len(cell) for cell in column) for column in zip(*table, strict=True)]
    table.insert(1, ["-" * widths[0], *("-" * (width - 1) + ":" for width in widths[1:])])
    lines = ["| " + " | ".join([row[0].ljust(widths[0]), *map(str.rjust, row[1:], widths[1:])]) + " |" for row in table]
    return "\n".join([heading, "", *lines, "", *_verdicts(board), ""])


def _title(row: dict[str, Any]) -> str:
    name = cell_name(row["variant"], row["seed"])
    return name if row["status"] == "finished" else f"{name} ({row['status']})"


def _verdicts(board: dict[str, Any]) -> list[str]:
    """A line per variant that could be held against the baseline."""
    return [
        f"- `{row['variant']}`: {verdict_words(row, board['baseline'])}"
        for row in board["variants"]
        if row["verdict"] not in ("baseline", "no verdict")
    ]


def _number(value: float | None) -> str:
    if value is None:
        return ""
    return f"{value:.0f}" if isinstance(value, int) or abs(value) >= 100 else f"{value:.4f}"
