"""docs/diagnosis-scripts.md: a line for each script of `examples/`."""

from collections.abc import Sequence
from typing import Any

from benchmarks.diagnosis.scripts.totals import escaped
from benchmarks.diagnosis.scripts.words import COST, NOT_CHECKED, SCRIPTS

LONGEST = 200  # characters of a reason: messages of TensorFlow print whole arrays; the JSON files have all of them
FOLDERS = {"development": "", "held-out": "held_out/", "deepcrime": "deepcrime/"}
Row = dict[str, Any]


def as_page(results: dict[str, Row]) -> str:
    """The whole page; `results` are those of the sets that were run."""
    return "\n\n".join([SCRIPTS, *(part for name, result in results.items() for part in of_set(name, result["scripts"]))]) + "\n"


def of_set(name: str, rows: Sequence[Row]) -> list[str]:
    """The tables of one set."""
    faulty, harmless, healthy = ([row for row in rows if row["kind"] == kind] for kind in ("faulty", "harmless", "healthy"))
    parts = [f"## The set {name}", *headed("With a fault", faulty_table, faulty)]
    parts += [*headed("Mutants that do no harm", faulty_table, harmless), *headed("Without a fault", healthy_table, healthy)]
    unchecked = not_checked_list(rows)
    return parts + ([NOT_CHECKED, unchecked] if unchecked else [])


def headed(title: str, table: Any, rows: Sequence[Row]) -> list[str]:
    """A table under its title, if there is something to show."""
    return [f"### {title}", table(rows)] if rows else []


def faulty_table(rows: Sequence[Row]) -> str:
    """A line per script with a fault."""
    lines = ["| script | fault | line | verdict | findings | right line | same output |", "|---|---|---:|---|---|---|---|"]
    for row in rows:
        found = findings_text(row["findings"], row["expected"]["named_by"])
        parts = [
            linked(row),
            escaped(row["fault"]),
            row["line"],
            row["verdict"],
            found,
            yes(row["right_line"]),
            yes(row["output_same"], unknown="by chance"),
        ]
        lines.append(f"| {' | '.join(map(str, parts))} |")
    return "\n".join(lines)


def healthy_table(rows: Sequence[Row]) -> str:
    """A line per script without one."""
    lines = ["| script | style | updates of the generator | verdict | findings | same output |", "|---|---|---:|---|---|---|"]
    for row in rows:
        updates = "not seen" if row["generator_updates"] is None else row["generator_updates"]
        parts = [linked(row), row["style"], updates, row["verdict"], findings_text(row["findings"], []), yes(row["output_same"], unknown="by chance")]
        lines.append(f"| {' | '.join(map(str, parts))} |")
    return "\n".join(lines)


def findings_text(findings: Sequence[Row], named_by: Sequence[str]) -> str:
    """Findings in one cell, those that name the fault in bold.

    >>> findings_text([{"id": "momentum", "severity": "error", "where": "examples/faulty/gan.py:42"}], ["momentum"])
    '**momentum** (error, line 42)'
    >>> findings_text([], [])
    'none'
    """
    parts = []
    for each in findings:
        line = each["where"].rpartition(":")[2]
        named = each["id"] in named_by and each["severity"] != "note"
        parts.append(f"{'**' * named}{each['id']}{'**' * named} ({each['severity']}{f', line {line}' if line else ''})")
    return ", ".join(parts) or "none"


def not_checked_list(rows: Sequence[Row]) -> str:
    """A line per script of which something was not checked, or that did not end well; empty if there is none."""
    lines = []
    for row in rows:
        said = [f"{name}: {shortened(why)}" for name, why in sorted(row["not_checked"].items())]
        said += [] if row["has_report"] else [f"no report ({row['with_doctor'].get('last_words')})"]
        for way, name in (("without the doctor", "plain"), ("with the doctor", "with_doctor")):
            said += [] if row[name]["status"] == 0 else [f"{way} {_ended(row[name])}"]
        lines += [f"- `{row['script']}`: {escaped('; '.join(said))}"] if said else []
    return "\n".join(lines)


def shortened(text: str) -> str:
    """The beginning of a long text.

    >>> len(shortened("long " * 1000)), shortened("short")
    (200, 'short')
    """
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def _ended(run: Row) -> str:
    status, last_words = run["status"], run.get("last_words")
    how = status if isinstance(status, str) else f"it ended with status {status}"
    return f"{how} after {run['seconds']} s" + (f" ({last_words})" if last_words else "")


def cost(rows: Sequence[Row]) -> list[str]:
    """What the doctor costs other people's scripts."""
    return [COST, cost_table(rows)]


def cost_table(rows: Sequence[Row]) -> str:
    """A line per way to train and length."""
    lines = ["| way to train | script | steps | seconds | doctor before | doctor after | share before | share after |", "|---|---|" + "---:|" * 6]
    for row in rows:
        numbers = [_number(row.get(name), ".1f") for name in ("seconds", "doctor_before", "doctor_after")]
        numbers += [_number(row.get(name), ".1%") for name in ("share_before", "share_after")]
        lines.append(f"| {row['way']} | `{row['script']}` | {row['steps']} | {' | '.join(numbers)} |")
    return "\n".join(lines)


def _number(value: float | None, form: str) -> str:
    return "unknown" if value is None else format(value, form)


def linked(row: Row) -> str:
    """A script's name, leading to it."""
    folder = "healthy" if row["kind"] == "healthy" else "faulty"
    return f"[{row['script']}](../examples/{FOLDERS[row['set']]}{folder}/{row['script']}.py)"


def yes(value: bool | None, unknown: str = "") -> str:
    """Yes or no, no in bold."""
    return unknown if value is None else "yes" if value else "**no**"
