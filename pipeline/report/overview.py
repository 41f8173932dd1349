"""The page's first screen: a card for each variant with its samples, its verdict and the worst finding, and a card with real images."""

from typing import Any

from pipeline.files.cells import Cell
from pipeline.report.findings import read_findings, worst_finding
from pipeline.report.numbers import number, with_spread
from pipeline.report.outputs import Outputs
from pipeline.report.pictures import first_rows, last_samples
from pipeline.report.words import unfinished_words, verdict_line
from pipeline.settings.params import Settings


def variant_cards(board: dict[str, Any], variants: list[str], settings: Settings, outputs: Outputs) -> list[dict[str, Any]]:
    """A card for each of these variants, in the order of params.yaml: samples of its first finished seed; verdict and findings are over all."""
    return [_card(row, board, settings, outputs) for row in board["variants"] if row["variant"] in variants]


def _card(row: dict[str, Any], board: dict[str, Any], settings: Settings, outputs: Outputs) -> dict[str, Any]:
    cells = [Cell(row["variant"], seed).name for seed in settings.run.seeds]
    shown = Cell(row["variant"], (row["seeds"]["finished"] or settings.run.seeds)[0]).name
    score = row["scores"][board["score"]]
    return {
        "variant": row["variant"],
        "cell": shown,
        "samples": last_samples(outputs.gans / shown),
        "score": None if score["mean"] is None else with_spread(score["mean"], score["sd"]),
        "verdict": row["verdict"],
        "words": verdict_line(row, board),
        "unfinished": unfinished_words(row),
        "worst": worst_finding([read_findings(outputs, cell) for cell in cells]),
    }


def real_card(board: dict[str, Any], outputs: Outputs) -> dict[str, Any]:
    """What samples are compared with: real images, and the distance that real images have."""
    return {"samples": first_rows(outputs.reference / "real_by_class.png"), "score": number(board["real_reference"][board["score"]])}
