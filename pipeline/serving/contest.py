"""Whether a generator takes the champion's place, and why, in one sentence."""

from typing import Any, NamedTuple

from pipeline.report.verdicts import aggregate
from pipeline.report.words import unfinished_words, verdict_words
from pipeline.serving.seeds import SAME_MEASURE, Entrant


class Outcome(NamedTuple):
    """Whether the alias moves, and the sentence that says why."""

    wins: bool
    reason: str


def contest(challenger: Entrant, champion: Entrant, confidence: float) -> Outcome:
    """Compare the seeds of both entrants' settings by the report's verdict; the challenger must be better by a test over them."""
    if challenger.settings == champion.settings:
        return Outcome(False, f"it has the settings of the champion {champion.cell}, and seeds of one variant differ by chance")
    unequal = [name for name in SAME_MEASURE if challenger.own[name] != champion.own[name]]
    if unequal:
        own, other = (str(each.own[unequal[0]])[:12] for each in (challenger, champion))
        return Outcome(False, f"its scores cannot be compared with those of the champion {champion.cell}: {unequal[0]} is {own}, there {other}")
    board, row = _board(challenger, champion, confidence)
    more_seeds = [] if row["verdict"] in ("better", "worse") else [_more_seeds(challenger, champion)]
    return Outcome(row["verdict"] == "better", "; ".join([f"{row['variant']}: {verdict_words(row, board)}", *unfinished_words(row), *more_seeds]))


def _board(challenger: Entrant, champion: Entrant, confidence: float) -> tuple[dict[str, Any], dict[str, Any]]:
    """A leaderboard of the two, and the challenger's row in it."""
    names = challenger.variant, f"the champion {champion.variant}"
    rows = [row | {"variant": name} for name, entrant in zip(names, (challenger, champion), strict=True) for row in entrant.seeds]
    board: dict[str, Any] = {"baseline": names[1], "variants": aggregate(rows, list(names), names[1], confidence)}
    return board, board["variants"][0]


def _more_seeds(challenger: Entrant, champion: Entrant) -> str:
    """Which seeds are there, and how to get more."""
    have = " and ".join(f"{entrant.variant} has {_listed(entrant)}" for entrant in (challenger, champion))
    return f"{have}, and more of them could decide it: run.seeds, with both variants under run.variants"


def _listed(entrant: Entrant) -> str:
    seeds = [str(row["seed"]) for row in entrant.seeds]
    return f"seed{'s' if len(seeds) > 1 else ''} {', '.join(seeds)}"
