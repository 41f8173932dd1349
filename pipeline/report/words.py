"""What scores and verdicts are called on the page, and how its numbers are written."""

import math
from typing import Any

SYMBOLS = {"better": "▲", "baseline": "●", "cannot tell": "≈", "worse": "▼", "no verdict": "—"}  # best first


def verdict_words(row: dict[str, Any], baseline: str) -> str:
    """A variant's verdict as a phrase."""
    chance = _chance(row["p"])
    match row["verdict"]:
        case "better" | "worse" as verdict:
            return f"{verdict} than {baseline}{chance}"
        case "cannot tell":
            enough = row["seeds_that_could_tell"]
            return f"cannot tell at this number of seeds{chance}" + ("" if enough is None else f"; about {grouped(enough)} seeds could")
        case "baseline":
            return "the baseline"
        case _:
            return "no verdict: every seed diverged" if row["diverged"] == row["seeds"] else f"no verdict at {counted(row['seeds'], 'seed')}"


def _chance(p: float | None) -> str:
    if p is None:
        return ""
    return " (p\u00a0<\u00a00.001)" if p < 0.001 else f" (p\u00a0=\u00a0{p:.3f})"


def counted(number: int, noun: str) -> str:
    """A number of things."""
    return f"{grouped(number)} {noun}" if number == 1 else f"{grouped(number)} {noun}s"


def grouped(number: float) -> str:
    """A whole number, its thousands set apart by thin spaces that do not break."""
    return f"{number:,.0f}".replace(",", "\u202f")


def decimals(value: float) -> int:
    """As many as show four figures of `value`, four at most."""
    return min(4, max(0, 3 - math.floor(math.log10(abs(float(f"{value:.4g}")))))) if value else 4


def number(value: float | None, places: int | None = None) -> str:
    """A number to read: a dash for none, no decimals for a count."""
    if value is None:
        return "—"
    if isinstance(value, int):
        return grouped(value)
    places = decimals(value) if places is None else places
    return grouped(value) if places == 0 else f"{value:.{places}f}"
