"""Published results as rows of Markdown tables: of variants, several seeds as mean ± standard deviation, and of repairs."""

import statistics
from typing import Any

from pipeline.metrics.score_names import SCORES

Row = dict[str, Any]
DECIMALS = {"frechet_distance": 1, "precision": 3, "recall": 3, "classifier_score": 2, "class_consistency": 3}
MODE_DECIMALS = {"modes_covered": 0, "mode_kl": 3}
COLUMNS, MODE_COLUMNS = (
    [f"{SCORES[name].label} {'↓' if SCORES[name].low_is_good else '↑'}" for name in names] for names in (DECIMALS, MODE_DECIMALS)
)
HEADING = f"| | seeds | images seen | training | {' | '.join(COLUMNS)} | discriminator loss | generator loss |"
RULE = "|---|---:|---:|---:|---:|---:|---:|---:|---:|---|---|"


def table(rows: list[Row]) -> str:
    """The variants in the order of `rows`, and below them what real digits get.

    Args:
        rows: Cells as results.json has them, all scored in the same way.
    """
    variants = list(dict.fromkeys(row["variant"] for row in rows))
    lines = [variant_row([row for row in rows if row["variant"] == variant]) for variant in variants]
    return "\n".join([HEADING, RULE, *lines, real_row(rows[0])])


def modes_table(rows: list[Row]) -> str:
    """The same for images of several digits, which are scored by their modes alone."""
    variants = list(dict.fromkeys(row["variant"] for row in rows))
    lines = [_modes_row([row for row in rows if row["variant"] == variant]) for variant in variants]
    real = " | ".join(mean_and_deviation([rows[0]["real_reference"][score]], decimals) for score, decimals in MODE_DECIMALS.items())
    return "\n".join(
        [
            f"| | seeds | images seen | training | {' | '.join(MODE_COLUMNS)} |",
            "|---|---:|---:|---:|---:|---:|",
            *lines,
            f"| real digits | | | | {real} |",
        ]
    )


def _modes_row(rows: list[Row]) -> str:
    scores = [mean_and_deviation([row["scores"][score] for row in rows], decimals) for score, decimals in MODE_DECIMALS.items()]
    seconds = statistics.median(row["training_seconds"] for row in rows)
    variant, seen = rows[0]["variant"], rows[0]["images_seen"]
    return f"| {' | '.join([f'`{variant}`', str(len(rows)), count(seen), duration(seconds), *scores])} |"


def repair_row(row: Row) -> str:
    """A repair in the table of docs/how-to/repair.md: Fréchet distances of whole trainings and of real digits."""
    before, after, real = row["whole_before"], row["whole"]["scores"], row["whole"]["real_reference"]
    cells = [
        f"`{row['variant']}`",
        "yes" if row["settings"]["networks"] else "no",
        f"{before['scores']['frechet_distance']:.1f}" if before else "",
        f"{after['frechet_distance']:.1f}",
        f"{real['frechet_distance']:.1f}",
        f"{after['classifier_score']:.2f}",
        f"{row['seconds'] / 60:.0f} min" if row["seconds"] else "",
    ]
    return f"| {' | '.join(cells)} |"


def variant_row(rows: list[Row]) -> str:
    """One variant over its seeds; the losses are those of its first seed, in the first and the last epoch."""
    first = min(rows, key=lambda row: row["seed"])
    name = f"`{first['variant']}`"
    for status in sorted({row["status"] for row in rows} - {"finished"}):
        name += f" ({sum(row['status'] == status for row in rows)} of {len(rows)} {status})"
    scores = [mean_and_deviation([row["scores"][score] for row in rows], decimals) for score, decimals in DECIMALS.items()]
    losses = [f"{_loss(first['losses'][f'{name}_first'])} → {_loss(first['losses'][f'{name}_last'])}" for name in ("d_loss", "g_loss")]
    seconds = statistics.median(row["training_seconds"] for row in rows)
    return f"| {' | '.join([name, str(len(rows)), count(first['images_seen']), duration(seconds), *scores, *losses])} |"


def real_row(row: Row) -> str:
    """The scores of real digits in place of the samples."""
    scores = [mean_and_deviation([row["real_reference"][score]], decimals) for score, decimals in DECIMALS.items()]
    return f"| real digits | | | | {' | '.join(scores)} | | |"


def mean_and_deviation(values: list[float | None], decimals: int) -> str:
    """Mean ± sample standard deviation; the mean alone of a single value, and an empty text without any.

    >>> mean_and_deviation([1.0, None, 3.0], 1)
    '2.0 ± 1.4'
    """
    known = [value for value in values if value is not None]
    if not known:
        return ""
    mean = f"{statistics.mean(known):.{decimals}f}"
    return f"{mean} ± {statistics.stdev(known):.{decimals}f}" if len(known) > 1 else mean


def count(number: int) -> str:
    """A number with a space between thousands.

    >>> count(1098240)
    '1 098 240'
    """
    return f"{number:,}".replace(",", " ")


def duration(seconds: float) -> str:
    """Minutes and seconds.

    >>> duration(61.4)
    '1 min 01 s'
    """
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest:02d} s" if minutes else f"{rest} s"


def _loss(value: float | None) -> str:
    return "" if value is None else f"{value:.3f}"
