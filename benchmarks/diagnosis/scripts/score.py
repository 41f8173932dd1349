"""Scores another tool by a CSV file with the columns `set`, `script`, `severity` and `names_the_fault`: a row per finding."""

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.diagnosis.scripts.scripts import SETS, Fault, Script, ScriptSet, scripts
from benchmarks.diagnosis.scripts.verdicts import SHOWN, VERDICTS, unrelated, verdict
from pipeline.doctor.diagnosis.findings import SEVERITIES
from pipeline.files.errors import DataError

COLUMNS = ("set", "script", "severity", "names_the_fault")
ANSWERS = ("yes", "symptom", "no")
JUDGED = Fault("", 0, ["yes"], ["symptom"])
Row = dict[str, Any]


def score(file: Path, sets: Sequence[ScriptSet] = SETS) -> list[Row]:
    """The verdicts of each set's scripts, counted; a script without a row has no finding.

    Raises:
        DataError: a column is missing, or a row is about no script, or says something else than it may.
    """
    found: dict[tuple[str, str], list[Row]] = {(each.set, _name(each)): [] for these in sets for each in scripts(these)}
    for number, row in _rows(file):
        key = (row["set"], row["script"])
        _check(f"{file}:{number}", "set and script", "/".join(key), ["/".join(known) for known in found])
        _check(f"{file}:{number}", "severity", row["severity"], SEVERITIES)
        _check(f"{file}:{number}", "names_the_fault", row["names_the_fault"], ANSWERS)
        found[key].append({"id": row["names_the_fault"], "severity": row["severity"]})
    return [line for these in sets for kind in VERDICTS for line in _counted(these, kind, found)]


def _counted(these: ScriptSet, kind: str, found: dict[tuple[str, str], list[Row]]) -> list[Row]:
    """One line for the scripts of a kind in a set; none if there are no such scripts."""
    known = [each for each in scripts(these) if each.kind == kind]
    fault = None if kind == "healthy" else JUDGED
    findings = [found[each.set, _name(each)] for each in known]
    given = [verdict(fault, each) for each in findings]
    counts = {name: given.count(name) for name in VERDICTS[kind]}
    wrong = {f"wrong {severity}s": sum(len(unrelated(fault, each, (severity,))) for each in findings) for severity in SHOWN}
    return [{"set": these.name, "kind": kind, "scripts": len(known)} | counts | wrong] if known else []


def as_text(lines: Sequence[Row]) -> str:
    """The counts, a line per set and kind."""
    return "\n".join(", ".join(f"{name} {value}" if name not in ("set", "kind") else str(value) for name, value in line.items()) for line in lines)


def _name(script: Script) -> str:
    return f"{'healthy' if script.kind == 'healthy' else 'faulty'}/{script.name}"


def _rows(file: Path) -> list[tuple[int, Row]]:
    try:
        with file.open(encoding="utf-8", newline="") as opened:
            reader = csv.DictReader(opened)
            missing = [name for name in COLUMNS if name not in (reader.fieldnames or [])]
            if missing:
                raise DataError(f"{file}: expected the columns {', '.join(COLUMNS)}, found no {missing[0]}; name it in the first line")
            return [(number, row) for number, row in enumerate(reader, start=2)]
    except FileNotFoundError:
        raise DataError(f"{file}: expected a CSV file with the columns {', '.join(COLUMNS)}, found none") from None


def _check(place: str, name: str, value: str, allowed: Sequence[str]) -> None:
    if value not in allowed:
        known = ", ".join(allowed) if len(allowed) < 5 else "one of benchmarks/scripts.csv"
        raise DataError(f"{place}: expected as {name} {known}, received {value!r}; correct the row")
