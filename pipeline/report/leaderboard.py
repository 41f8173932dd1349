"""The page's leaderboard: a row per variant, the best first, below them the real reference and the negative controls."""

from typing import Any

from pipeline.metrics.score_names import SCORES, SHOWN_SCORES
from pipeline.report.numbers import decimals, number
from pipeline.report.words import SYMBOLS, unfinished_words, verdict_words

REAL_REFERENCE = "real digits"
MEANINGS = {
    REAL_REFERENCE: "real reference: real digits scored as if they were samples",
    "uniform noise": "negative control: every pixel at random",
    "mean image": "negative control: the mean of all real digits, repeated",
    "one digit": "negative control: one real digit, repeated",
}


def score_columns(board: dict[str, Any]) -> list[str]:
    """The headline scores that some variant has; the one that verdicts are about comes first."""
    present = [name for name in SHOWN_SCORES if any(row["scores"][name]["mean"] is not None for row in board["variants"])]
    return sorted(present, key=lambda name: name != board["score"])


def variant_rows(board: dict[str, Any], columns: list[str]) -> list[dict[str, Any]]:
    """A row per variant, ranked by the score that verdicts are about; variants without it come last."""
    score = board["score"]
    sign = 1 if SCORES[score].low_is_good else -1

    def rank(row: dict[str, Any]) -> tuple[bool, float]:
        mean = row["scores"][score]["mean"]
        return mean is None, sign * (mean or 0.0)

    return [_variant_row(row, board, columns) for row in sorted(board["variants"], key=rank)]


def _variant_row(row: dict[str, Any], board: dict[str, Any], columns: list[str]) -> dict[str, Any]:
    return {
        "variant": row["variant"],
        "seeds": sum(map(len, row["seeds"].values())),
        "unfinished": unfinished_words(row),
        "verdict": row["verdict"],
        "symbol": SYMBOLS[row["verdict"]],
        "rank": list(SYMBOLS).index(row["verdict"]),
        "words": verdict_words(row, board),
        "scores": [_score(row["scores"][name]) for name in columns],
    }


def _score(summary: dict[str, float | None]) -> dict[str, Any]:
    """A score as text; its standard deviation and interval have as many decimals as its mean."""
    mean = summary["mean"]
    if mean is None:
        return {"value": None, "text": number(None), "sd": None, "interval": None}
    places = decimals(mean)
    sd, low, high = (None if value is None else number(float(value), places) for value in map(summary.get, ("sd", "low", "high")))
    return {"value": mean, "text": number(mean), "sd": sd, "interval": None if low is None else f"{low}, {high}"}


def reference_scores(board: dict[str, Any]) -> dict[str, dict[str, float | None]]:
    """What scores are read against, name -> scores: the real reference, then the negative controls."""
    return {REAL_REFERENCE: board["real_reference"]} | board["negative_controls"]


def reference_rows(board: dict[str, Any], columns: list[str]) -> list[dict[str, Any]]:
    """A row each for the real reference and the negative controls."""
    return [
        {"name": name, "meaning": MEANINGS.get(name, "negative control"), "scores": [number(scores.get(column)) for column in columns]}
        for name, scores in reference_scores(board).items()
    ]
