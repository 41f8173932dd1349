"""Published results as Markdown: a row per variant, its seeds as mean ± standard deviation."""

import statistics
from typing import Any

Row = dict[str, Any]
HEADING = (
    "| | seeds | images seen | training | Fréchet distance ↓ | precision ↑ | recall ↑ | classifier score ↑ | digit as asked ↑ "
    "| discriminator loss | generator loss |"
)
RULE = "|---|---:|---:|---:|---:|---:|---:|---:|---:|---|---|"
DECIMALS = {"frechet_distance": 1, "precision": 3, "recall": 3, "classifier_score": 2, "class_consistency": 3}


def table(rows: list[Row], variants: list[str]) -> str:
    """The rows of `variants`, in their order, and under them what real images get."""
    lines = [HEADING, RULE, *(variant_row([row for row in rows if row["variant"] == variant]) for variant in variants), real_row(rows[0])]
    return "\n".join(lines)


def variant_row(rows: list[Row]) -> str:
    """One variant over its seeds; losses, of the first and the last epoch, are those of its first seed."""
    first = min(rows, key=lambda row: row["seed"])
    name = f"`{first['variant']}`"
    diverged = sum(row["status"] != "finished" for row in rows)
    if diverged:
        name += f" ({diverged} of {len(rows)} diverged)"
    scores = [spread([row[score] for row in rows], decimals) for score, decimals in DECIMALS.items()]
    losses = [f"{_number(first[f'{name}_first'])} → {_number(first[f'{name}_last'])}" for name in ("d_loss", "g_loss")]
    seconds = statistics.median(row["training_seconds"] for row in rows)
    cells = [name, str(len(rows)), f"{first['images_seen']:,}".replace(",", " "), duration(seconds), *scores, *losses]
    return f"| {' | '.join(cells)} |"


def real_row(row: Row) -> str:
    """What real images get in the samples' place."""
    scores = [spread([row[f"{score}_real"]], decimals) for score, decimals in DECIMALS.items()]
    return f"| real digits | | | | {' | '.join(scores)} | | |"


def spread(values: list[float | None], decimals: int) -> str:
    """Mean ± standard deviation (of one more degree of freedom), the mean alone of a single value, nothing of none."""
    known = [value for value in values if value is not None]
    if not known:
        return ""
    mean = f"{statistics.mean(known):.{decimals}f}"
    return f"{mean} ± {statistics.stdev(known):.{decimals}f}" if len(known) > 1 else mean


def duration(seconds: float) -> str:
    """Minutes and seconds."""
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest:02d} s" if minutes else f"{rest} s"


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.3f}"
