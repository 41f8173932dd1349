"""The leaderboard as a Markdown table that also reads well on a terminal."""

from typing import Any

from pipeline.files.cells import Cell
from pipeline.metrics.modes import SAMPLES as MODE_SAMPLES
from pipeline.metrics.score_names import HEADLINE_SCORES, MODE_SCORES, SCORES
from pipeline.report.leaderboard import reference_scores
from pipeline.report.numbers import number
from pipeline.report.words import verdict_words

LOSSES = {"d_loss_last": "D loss", "g_loss_last": "G loss"}


def leaderboard_table(board: dict[str, Any]) -> str:
    """A row per cell, below them the real reference and the negative controls, and the verdict on each variant."""
    about = board["cells"][0]
    heading = (
        f"{about['samples']} samples of each GAN, compared with the {about['split']} split of {about['data_set']} in layer "
        f"`{about['feature_layer']}` of a classifier with an accuracy of {about['classifier_accuracy']:.2%} on the test split "
        f"(sha256 {about['classifier_sha256'][:12]}). D loss and G loss are those of the last epoch."
    )
    modes = [name for name in MODE_SCORES if any(row["scores"][name] is not None for row in board["cells"])]
    if modes:
        heading += f" Images of several digits are scored by their modes alone, {MODE_SAMPLES} samples of each GAN."
    columns = [*HEADLINE_SCORES, *modes]
    table = [["cell", *(SCORES[name].label for name in columns), *LOSSES.values()]]
    table += [_line(_title(row), row["scores"], row["losses"], columns) for row in board["cells"]]
    table += [_line(name, scores, {}, columns) for name, scores in reference_scores(board).items()]
    widths = [max(len(cell) for cell in column) for column in zip(*table, strict=True)]
    table.insert(1, ["-" * widths[0], *("-" * (width - 1) + ":" for width in widths[1:])])
    lines = ["| " + " | ".join([row[0].ljust(widths[0]), *map(str.rjust, row[1:], widths[1:])]) + " |" for row in table]
    verdicts = [f"- `{row['variant']}`: {verdict_words(row, board)}" for row in board["variants"] if row["verdict"] != "baseline"]
    return "\n".join([heading, "", *lines, "", *verdicts, ""])


def _title(row: dict[str, Any]) -> str:
    name = Cell(row["variant"], row["seed"]).name
    return name if row["status"] == "finished" else f"{name} ({row['status']})"


def _line(title: str, scores: dict[str, float | None], losses: dict[str, float | None], columns: list[str]) -> list[str]:
    return [title, *(number(scores.get(name)) for name in columns), *(number(losses.get(name)) for name in LOSSES)]
