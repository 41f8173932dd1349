"""The leaderboard of the page: a row per variant, best first, and the anchors under them."""

from typing import Any

from pipeline.files.cells import cell_name
from pipeline.metrics.score_names import SCORES
from pipeline.report.words import SYMBOLS, decimals, number, verdict_words

# What an anchor is for; the names are those of the leaderboard.
ANCHORS = {
    "real digits": "the floor: real digits in the samples' place",
    "uniform noise": "a ceiling: every pixel at random",
    "mean image": "a ceiling: the mean of all real digits, again and again",
    "one digit": "a ceiling: one real digit, again and again",
}


def score_columns(leaderboard: dict[str, Any]) -> list[str]:
    """The scores that some variant has, the one of the verdict first."""
    found = [name for name in SCORES if any(_mean(row, name) is not None for row in leaderboard["variants"])]
    return sorted(found, key=lambda name: name != leaderboard["score"])


def variant_rows(leaderboard: dict[str, Any], columns: list[str]) -> list[dict[str, Any]]:
    """A row per variant, ranked by the score of the verdict."""
    score = leaderboard["score"]
    sign = 1 if SCORES[score].low_is_good else -1

    def rank(row: dict[str, Any]) -> tuple[bool, float]:
        mean = _mean(row, score)
        return mean is None, sign * (mean or 0.0)

    return [_variant_row(row, leaderboard, columns) for row in sorted(leaderboard["variants"], key=rank)]


def _variant_row(row: dict[str, Any], leaderboard: dict[str, Any], columns: list[str]) -> dict[str, Any]:
    cells = [cell for cell in leaderboard["cells"] if cell["variant"] == row["variant"]]
    return {
        "variant": row["variant"],
        "seeds": row["seeds"],
        "diverged": [cell_name(cell["variant"], cell["seed"]) for cell in cells if cell["status"] == "diverged"],
        "verdict": row["verdict"],
        "symbol": SYMBOLS[row["verdict"]],
        "rank": list(SYMBOLS).index(row["verdict"]),
        "words": verdict_words(row, leaderboard["baseline"]),
        "scores": [_score(row["scores"].get(name)) for name in columns],
    }


def _score(found: dict[str, Any] | None) -> dict[str, Any]:
    """What stands in a cell; spread and interval have as many decimals as the mean."""
    if found is None or found["mean"] is None:
        return {"value": None, "text": number(None), "sd": None, "interval": None}
    places = decimals(found["mean"])
    mean, sd, low, high = (None if found[name] is None else number(float(found[name]), places) for name in ("mean", "sd", "low", "high"))
    return {"value": found["mean"], "text": mean, "sd": sd, "interval": None if low is None else f"{low}, {high}"}


def _mean(row: dict[str, Any], name: str) -> float | None:
    return (row["scores"].get(name) or {}).get("mean")


def anchor_rows(leaderboard: dict[str, Any], columns: list[str]) -> list[dict[str, Any]]:
    """A row per anchor."""
    return [
        {"name": row["name"], "meaning": ANCHORS.get(row["name"], ""), "scores": [number(row.get(name)) for name in columns]}
        for row in leaderboard["anchors"]
    ]
