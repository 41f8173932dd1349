"""docs/other-peoples-gans.md from the results of the last run and of the first."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.others.verdicts import VERDICTS
from benchmarks.others.words import COST, FAULTY, HEALTHY, INTRODUCTION, NOT_CHECKED, TOTALS

PAGE = Path("docs/other-peoples-gans.md")
LONGEST = 200  # characters of a reason: messages of TensorFlow print whole arrays; others.json has all of them
Row = dict[str, Any]


def as_page(results: Row, first: Row) -> str:
    """The whole page; `first` are the results of the first run."""
    rows = results["scripts"]
    faulty, healthy = ([row for row in rows if row["kind"] == kind] for kind in VERDICTS)
    parts = [INTRODUCTION, TOTALS, totals_table(results["totals"], first["totals"]), FAULTY, faulty_table(faulty), HEALTHY, healthy_table(healthy)]
    unchecked = not_checked_list(rows)
    parts += [NOT_CHECKED, unchecked] if unchecked else []
    return "\n\n".join([*parts, COST, cost_table(results["cost"])]) + "\n"


def totals_table(now: Row, first: Row) -> str:
    """A line per verdict: this run beside the first."""
    lines = ["| | now | first run |", "|---|---:|---:|"]
    for kind, verdicts in VERDICTS.items():
        lines += [f"| {kind}: {name} | {_share(now[kind], name)} | {_share(first[kind], name)} |" for name in verdicts]
    for name, label in (("right_line", "named with the right line"), ("output_same", "same output with the doctor"), ("reports", "got a report")):
        lines.append(f"| {label} | {_of(now, name)} | {_of(first, name)} |")
    return "\n".join(lines)


def _share(counted: dict[str, int], name: str) -> str:
    return f"{counted[name]} of {sum(counted.values())}"


def _of(totals: Row, name: str) -> str:
    return f"{totals[name]} of {totals['faulty']['named'] if name == 'right_line' else totals['scripts']}"


def faulty_table(rows: Sequence[Row]) -> str:
    """A line per script with a fault."""
    lines = ["| script | fault | line | verdict | findings | right line | same output |", "|---|---|---:|---|---|---|---|"]
    for row in rows:
        found = findings_text(row["findings"], row["expected"]["named_by"])
        parts = [_linked(row), _cell(row["fault"]), row["line"], row["verdict"], found, _yes(row["right_line"]), _yes(row["output_same"])]
        lines.append(f"| {' | '.join(map(str, parts))} |")
    return "\n".join(lines)


def healthy_table(rows: Sequence[Row]) -> str:
    """A line per script without one."""
    lines = ["| script | verdict | findings | same output |", "|---|---|---|---|"]
    for row in rows:
        lines.append(f"| {_linked(row)} | {row['verdict']} | {findings_text(row['findings'], [])} | {_yes(row['output_same'])} |")
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
        said += [] if row["has_report"] else [f"no report ({row['with_doctor']['last_words']})"]
        for way, name in (("without the doctor", "plain"), ("with the doctor", "with_doctor")):
            said += [] if row[name]["status"] == 0 else [f"{way} {_ended(row[name])}"]
        lines += [f"- `{row['script']}`: {_cell('; '.join(said))}"] if said else []
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


def cost_table(rows: Sequence[Row]) -> str:
    """A line per way to train."""
    lines = ["| way to train | script | seconds | doctor before | doctor after | share before | share after |", "|---|---|---:|---:|---:|---:|---:|"]
    for row in rows:
        numbers = [_number(row.get(name), ".1f") for name in ("seconds", "doctor_before", "doctor_after")]
        numbers += [_number(row.get(name), ".1%") for name in ("share_before", "share_after")]
        lines.append(f"| {row['way']} | `{row['script']}` | {' | '.join(numbers)} |")
    return "\n".join(lines)


def _number(value: float | None, form: str) -> str:
    return "unknown" if value is None else format(value, form)


def _linked(row: Row) -> str:
    return f"[{row['script']}](../examples/{row['kind']}/{row['script']}.py)"


def _yes(value: bool | None) -> str:
    return "" if value is None else "yes" if value else "**no**"


def _cell(text: str) -> str:
    """A text that may stand in a cell of a table, and is not taken for Markdown.

    >>> _cell("1 | 0, a_b_ <c>")
    '1 \\\\| 0, a\\\\_b\\\\_ \\\\<c>'
    """
    for sign in "\\|_*<[`":
        text = text.replace(sign, f"\\{sign}")
    return text
