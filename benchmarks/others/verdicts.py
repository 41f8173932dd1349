"""From a script's two runs to its row of the results."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.others.running import Pair, Run, same_output
from benchmarks.others.scripts import Fault, Script

Row = dict[str, Any]
VERDICTS = {"faulty": ("named", "symptoms only", "missed", "wrong error"), "healthy": ("no error", "wrong error")}
NEAR = 2  # lines: a statement may begin before its mistake, or end after it
SHOWN = ("error", "warning")  # the severities that count: a note does not say that something is wrong


def row(script: Script, pair: Pair) -> Row:
    """What is recorded of a script: what was expected, what was found, the verdict, and whether it ran as without the doctor."""
    report = pair.report or {"findings": [], "not_checked": {}}
    findings = [{"id": each["id"], "severity": each["severity"], "where": each.get("where", "")} for each in report["findings"]]
    fault = script.fault
    return {
        "script": script.name,
        "kind": script.kind,
        "fault": fault.wrong if fault else None,
        "line": fault.line if fault else None,
        "expected": {"named_by": fault.named_by, "symptoms": fault.symptoms} if fault else None,
        "findings": findings,
        "not_checked": report["not_checked"],
        "has_report": pair.report is not None,
        "verdict": verdict(fault, findings),
        "right_line": right_line(script, findings),
        "output_same": same_output(pair.plain, pair.with_doctor),
        "plain": _ended(pair.plain, explain=pair.plain.status != 0),
        "with_doctor": _ended(pair.with_doctor, explain=pair.report is None),
    }


def verdict(fault: Fault | None, findings: Sequence[Row]) -> str:
    """What the findings are worth.

    One error that is neither the fault nor a symptom of it is "wrong error", whatever else was found. Notes do not count.
    """
    shown = {each["id"] for each in findings if each["severity"] in SHOWN}
    errors = {each["id"] for each in findings if each["severity"] == "error"}
    if fault is None:
        return "wrong error" if errors else "no error"
    if errors - {*fault.named_by, *fault.symptoms}:
        return "wrong error"
    if shown & set(fault.named_by):
        return "named"
    return "symptoms only" if shown & set(fault.symptoms) else "missed"


def right_line(script: Script, findings: Sequence[Row]) -> bool | None:
    """Whether a finding that names the fault says its line, or one next to it; None if no finding names it."""
    if script.fault is None:
        return None
    places = [each["where"] for each in findings if each["severity"] in SHOWN and each["id"] in script.fault.named_by]
    return any(_is_near(place, script) for place in places) if places else None


def _is_near(place: str, script: Script) -> bool:
    file, _, line = place.rpartition(":")
    return bool(script.fault and line.isdigit() and Path(file).name == script.path.name and abs(int(line) - script.fault.line) <= NEAR)


def totals(rows: Sequence[Row]) -> Row:
    """How many scripts of each kind got which verdict, and how many ran as without the doctor."""
    counted = {kind: {name: sum(each["kind"] == kind and each["verdict"] == name for each in rows) for name in VERDICTS[kind]} for kind in VERDICTS}
    return counted | {
        "scripts": len(rows),
        "right_line": sum(each["verdict"] == "named" and each["right_line"] is True for each in rows),
        "output_same": sum(each["output_same"] for each in rows),
        "reports": sum(each["has_report"] for each in rows),
    }


def _ended(run: Run, explain: bool) -> Row:
    """A run's status and duration, and its last words where they explain something."""
    return {"status": run.status, "seconds": round(run.seconds, 1)} | ({"last_words": run.last_words} if explain else {})
