"""Verdicts and the ends of trainings as phrases: the page and the Markdown table both say them in these words."""

from typing import Any

from pipeline.files.cells import Cell
from pipeline.metrics.score_names import SCORES
from pipeline.report.numbers import counted, grouped, times, with_spread
from pipeline.report.verdicts import VERDICT_SCORE

# Of each verdict a sign, in the order in which the page sorts them.
SYMBOLS = {"better": "▲", "baseline": "●", "cannot tell": "≈", "seeds not compared": "○", "worse": "▼", "no verdict": "—"}
LABEL = SCORES[VERDICT_SCORE].label
UNFINISHED = {"diverged": "diverged", "stopped": "stopped by the doctor"}  # status of a cell -> words


def verdict_words(row: dict[str, Any], board: dict[str, Any]) -> str:
    """The verdict on a variant, a row of `board["variants"]`, as a phrase."""
    baseline = board["baseline"]
    match row["verdict"]:
        case "better" | "worse" as verdict:
            return f"{verdict} than {baseline}{_chance(row['p'])}"
        case "cannot tell":
            enough = row["seeds_that_could_tell"]
            return f"cannot tell at this number of seeds{_chance(row['p'])}" + ("" if enough is None else f"; about {grouped(enough)} seeds could")
        case "seeds not compared":
            return _untested(row, _baseline(board))
        case "baseline":
            return "the baseline"
        case _:
            return f"no verdict: {_reason(row, board)}"


def verdict_line(row: dict[str, Any], board: dict[str, Any]) -> str:
    """The verdict in one line, to be read below the variant's value: without the values that it compares."""
    if row["verdict"] != "seeds not compared":
        return verdict_words(row, board)
    return f"{_difference(row, _baseline(board))}{_close(row)}; seeds were not compared"


def unfinished_words(row: dict[str, Any]) -> list[str]:
    """The cells of a variant that did not finish, a phrase for each way in which they ended.

    >>> unfinished_words({"variant": "asker", "seeds": {"finished": [0], "diverged": [1, 2], "stopped": []}})
    ['2 of 3 seeds diverged: asker-1, asker-2']
    """
    every = sum(map(len, row["seeds"].values()))
    return [
        f"{len(seeds)} of {counted(every, 'seed')} {words}: {', '.join(Cell(row['variant'], seed).name for seed in seeds)}"
        for status, words in UNFINISHED.items()
        if (seeds := row["seeds"][status])
    ]


def _untested(row: dict[str, Any], baseline: dict[str, Any]) -> str:
    """What is known where one of the two has a single seed: both values, their spread, and how many times apart they are."""
    own, other, same = _over(row), _over(baseline), _over(row) == _over(baseline)
    values = f"{_value(row)}{'' if same else own} against {_value(baseline)}{other}"
    return f"{LABEL} {_difference(row, baseline)} ({values}){_close(row)}; seeds were not compared"


def _difference(row: dict[str, Any], baseline: dict[str, Any]) -> str:
    ratio, other = row["times_the_baseline"], f"{baseline['variant']}'s"
    if ratio is None:
        return f"beside {other}"
    if ratio == 1:
        return f"equal to {other}"
    return f"{times(max(ratio, 1 / ratio))} times {'smaller' if ratio < 1 else 'larger'} than {other}"


def _close(row: dict[str, Any]) -> str:
    return ", a difference within two standard deviations" if row["within_spread"] else ""


def _value(row: dict[str, Any]) -> str:
    score = row["scores"][VERDICT_SCORE]
    return with_spread(score["mean"], score["subset_sd"] if score["sd"] is None else score["sd"])


def _over(row: dict[str, Any]) -> str:
    """What the spread of a variant's value is taken over."""
    score = row["scores"][VERDICT_SCORE]
    if score["sd"] is not None:
        return f" over {counted(len(row['seeds']['finished']), 'seed')}"
    return "" if score["subset_sd"] is None else " over subsets of the samples"


def _reason(row: dict[str, Any], board: dict[str, Any]) -> str:
    """Why a variant has no verdict: it has no score, or the baseline has none."""
    if all(other["variant"] != board["baseline"] for other in board["variants"]):
        return f"{board['baseline']} is not among the variants"
    return _without_score(row) or f"of {board['baseline']}, {_without_score(_baseline(board))}"


def _baseline(board: dict[str, Any]) -> dict[str, Any]:
    """The row of the variant that the others are compared with, which is among them."""
    return next(row for row in board["variants"] if row["variant"] == board["baseline"])


def _without_score(row: dict[str, Any]) -> str:
    """Why no seed of a variant has a score; nothing where one has."""
    if row["scores"][VERDICT_SCORE]["mean"] is not None:
        return ""
    if row["seeds"]["finished"]:
        return f"no seed has a {LABEL}"
    ends = [f"{len(row['seeds'][status])} {words}" for status, words in UNFINISHED.items() if row["seeds"][status]]
    return f"no seed finished ({', '.join(ends)})"


def _chance(p: float | None) -> str:
    if p is None:
        return ""
    return " (p\u00a0<\u00a00.001)" if p < 0.001 else f" (p\u00a0=\u00a0{p:.3f})"
