"""The table of a variant's cells: a row per seed, which `#cell-VARIANT-SEED` names, and the text that finds its MLflow run."""

from typing import Any

from pipeline.evaluation.files import SCORES, CellScores, evaluation_hash
from pipeline.files.cells import Cell
from pipeline.files.json_file import read_json
from pipeline.report.findings import read_findings, worst_finding
from pipeline.report.numbers import number
from pipeline.report.outputs import Outputs
from pipeline.report.words import UNFINISHED


def cell_rows(variant: str, seeds: list[int], columns: list[str], outputs: Outputs) -> list[dict[str, Any]]:
    """A row per seed of a variant; `columns` names the scores to show."""
    return [_cell_row(Cell(variant, seed), columns, outputs) for seed in seeds]


def _cell_row(cell: Cell, columns: list[str], outputs: Outputs) -> dict[str, Any]:
    evaluation = outputs.evaluations / cell.name
    evaluated = read_json(evaluation / SCORES, CellScores)
    losses = evaluated["losses"]
    return {
        "name": cell.name,
        "seed": cell.seed,
        "finished": evaluated["status"] == "finished",
        "status": UNFINISHED.get(evaluated["status"], evaluated["status"]),
        "worst": worst_finding([read_findings(outputs, cell.name)]),
        "search": f"tags.`pipeline.evaluation` = '{evaluation_hash(evaluation)}'",
        "scores": [number(evaluated["scores"][name]) for name in columns],
        "losses": [f"{number(losses[f'{name}_first'])}\u00a0→ {number(losses[f'{name}_last'])}" for name in ("d_loss", "g_loss")],
    }
