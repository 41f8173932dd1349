"""What `scripts` adds to docs/diagnosis.md: how many faults of each set were named, what was not found, what cannot be seen."""

from collections.abc import Sequence
from typing import Any

from benchmarks.diagnosis.deepcrime.operators import NOT_APPLICABLE, OPERATORS
from benchmarks.diagnosis.scripts.scripts import Fault
from benchmarks.diagnosis.scripts.verdicts import OF_FAULTS, totals, unrelated, verdict
from benchmarks.diagnosis.scripts.words import DEFINITIONS, HEALTHY, NO_PLACE, NOT_FOUND, NOT_RUN, NOT_VISIBLE, SETS, TOTALS

Row = dict[str, Any]
PAST = 1000  # updates of the generator, from which on training rules may report errors
FAULTS = {"faulty": "with a fault", "harmless": "mutants without harm"}


def found(results: dict[str, Row], first: dict[str, Row]) -> list[str]:
    """The totals; `first` are the results of first runs of scripts that are in the development set now."""
    about = [f"- *{name}*: {words}" + ("" if name in results else f" {NOT_RUN.format(name=name)}") for name, words in SETS.items()]
    rows = [row for result in results.values() for row in result["scripts"]]
    parts = [TOTALS, "\n".join(about), DEFINITIONS, faults_table(results, first), HEALTHY, healthy_table(results)]
    return [*parts, NOT_FOUND, not_found(rows), NOT_VISIBLE, not_visible(rows), NO_PLACE, no_place()]


def faults_table(results: dict[str, Row], first: dict[str, Row]) -> str:
    """A line per set and kind of script that has a fault."""
    lines = [f"| set | scripts | {' | '.join(OF_FAULTS)} | not visible | with a wrong error |", f"|---|---:|{'---:|' * (len(OF_FAULTS) + 2)}"]
    before = {f"development, {name}": {"scripts": [judged_anew(row) for row in result["scripts"]]} for name, result in first.items()}
    for name, result in (before | results).items():
        for kind, words in FAULTS.items():
            rows = [row for row in result["scripts"] if row["kind"] == kind]
            counted = totals(rows)
            numbers = [str(counted[kind][verdict]) for verdict in OF_FAULTS]
            numbers += [str(sum(cannot_be_seen(row) for row in rows)), str(counted["with_wrong_error"])]
            lines += [f"| {name}: {words} | {len(rows)} | {' | '.join(numbers)} |"] if rows else []
    return "\n".join(lines)


def cannot_be_seen(row: Row) -> bool:
    """Whether a fault was not named of which it was said beforehand that it cannot be seen; the first run knew no such faults."""
    return row["verdict"] != "named" and bool(row["expected"].get("not_visible"))


def judged_anew(row: Row) -> Row:
    """A row of the first run with today's verdict on the findings of that time."""
    fault = Fault("", 0, row["expected"]["named_by"], row["expected"]["symptoms"]) if row["expected"] else None
    return row | {"verdict": verdict(fault, row["findings"]), "wrong_errors": unrelated(fault, row["findings"], ("error",))}


def healthy_table(results: dict[str, Row]) -> str:
    """A line per set: how many of its healthy scripts have an error, and how long they trained."""
    lines = ["| set | scripts | 1000 updates or more | with an error | warnings | most warnings in one |", "|---|---:|---:|---:|---:|---:|"]
    for name, result in results.items():
        rows = [row for row in result["scripts"] if row["kind"] == "healthy"]
        past = sum((row["generator_updates"] or 0) >= PAST for row in rows)
        warnings = [len(unrelated(None, row["findings"], ("warning",))) for row in rows]
        numbers = [len(rows), past, sum(bool(row["wrong_errors"]) for row in rows), sum(warnings), max(warnings, default=0)]
        lines += [f"| {name} | {' | '.join(map(str, numbers))} |"] if rows else []
    return "\n".join(lines)


def not_found(rows: Sequence[Row]) -> str:
    """A line per fault that was not named, but for those that cannot be seen."""
    lines = [
        f"- {row['set']}, `{row['script']}`, {row['verdict']}: {escaped(row['fault'])}"
        for row in rows
        if row["kind"] == "faulty" and row["verdict"] != "named" and not cannot_be_seen(row)
    ]
    return "\n".join(lines) or "Nothing."


def not_visible(rows: Sequence[Row]) -> str:
    """A line per fault of which it was said before the run that it cannot be seen."""
    lines = [
        f"- {row['set']}, `{row['script']}`, {row['verdict']}: {escaped(row['fault'])} {escaped(row['expected']['not_visible'])}"
        for row in rows
        if row["kind"] == "faulty" and cannot_be_seen(row)
    ]
    return "\n".join(lines) or "None so far."


def no_place() -> str:
    """A line per operator that is not applied."""
    return "\n".join(f"- {name} ({OPERATORS[name]}): {reason}" for name, reason in NOT_APPLICABLE.items())


def escaped(text: str) -> str:
    """A text that may stand in a table, and is not taken for Markdown.

    >>> escaped("1 | 0, a_b_ <c>")
    '1 \\\\| 0, a\\\\_b\\\\_ \\\\<c>'
    """
    for sign in "\\|_*<[`":
        text = text.replace(sign, f"\\{sign}")
    return text
