"""From a script's two runs to its row of the results."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.diagnosis.scripts.kept import doctors_code
from benchmarks.diagnosis.scripts.running import Pair, Run, output_kept
from benchmarks.diagnosis.scripts.scripts import Fault, Script, style

Row = dict[str, Any]
OF_FAULTS = ("named", "symptoms only", "misnamed", "missed")
VERDICTS = {"faulty": OF_FAULTS, "harmless": OF_FAULTS, "healthy": ("no error", "wrong error")}
NEAR = 2  # lines: a statement may begin before its mistake, or end after it
SHOWN = ("error", "warning")  # the severities that count: a note does not say that something is wrong


def row(script: Script, pair: Pair) -> Row:
    """What is recorded of a script: what was expected, what was found, the verdict, and whether it ran as without the doctor."""
    report = pair.with_doctor.report or {"findings": [], "not_checked": {}}
    findings = [{"id": each["id"], "severity": each["severity"], "where": each.get("where", "")} for each in report["findings"]]
    fault = script.fault
    return {
        "set": script.set,
        "script": script.name,
        "kind": script.kind,
        "style": style(script.path),
        "fault": fault.wrong if fault else None,
        "line": fault.line if fault else None,
        "expected": {"named_by": fault.named_by, "symptoms": fault.symptoms, "not_visible": fault.not_visible} if fault else None,
        "findings": findings,
        "not_checked": report["not_checked"],
        "has_report": pair.with_doctor.report is not None,
        "generator_updates": pair.with_doctor.steps,
        "verdict": verdict(fault, findings),
        "wrong_errors": unrelated(fault, findings, ("error",)),
        "right_line": right_line(script, findings),
        "output_same": output_kept(pair),
        "plain": _ended(pair.plain, explain=pair.plain.status != 0),
        "with_doctor": _ended(pair.with_doctor, explain=pair.with_doctor.report is None),
        "doctor": doctors_code(),
    }


def verdict(fault: Fault | None, findings: Sequence[Row]) -> str:
    """What the findings are worth. Notes do not count."""
    if fault is None:
        return "wrong error" if unrelated(fault, findings, ("error",)) else "no error"
    shown = {each["id"] for each in findings if each["severity"] in SHOWN}
    if shown & set(fault.named_by):
        return "named"
    if unrelated(fault, findings, SHOWN):
        return "misnamed"
    return "symptoms only" if shown else "missed"


def unrelated(fault: Fault | None, findings: Sequence[Row], severities: Sequence[str]) -> list[str]:
    """The findings of these severities that are neither the fault nor a symptom of it; in a healthy script that is each one."""
    related = {*fault.named_by, *fault.symptoms} if fault else set()
    return [each["id"] for each in findings if each["severity"] in severities and each["id"] not in related]


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
    """How many scripts of each kind got which verdict, how many errors and warnings were wrong, and how many ran as without the doctor."""
    counted = {kind: {name: sum(each["kind"] == kind and each["verdict"] == name for each in rows) for name in VERDICTS[kind]} for kind in VERDICTS}
    healthy = [each for each in rows if each["kind"] == "healthy"]
    return counted | {
        "scripts": len(rows),
        "with_wrong_error": sum(each["kind"] != "healthy" and bool(each["wrong_errors"]) for each in rows),
        "errors_in_healthy": sum(len(each["wrong_errors"]) for each in healthy),
        "warnings_in_healthy": sum(len(unrelated(None, each["findings"], ("warning",))) for each in healthy),
        "right_line": sum(each["verdict"] == "named" and each["right_line"] is True for each in rows),
        "output_same": sum(each["output_same"] is True for each in rows),
        "output_never_same": sum(each["output_same"] is None for each in rows),
        "reports": sum(each["has_report"] for each in rows),
    }


def _ended(run: Run, explain: bool) -> Row:
    """A run's status and duration, and its last words where they explain something."""
    return {"status": run.status, "seconds": round(run.seconds, 1)} | ({"last_words": run.last_words} if explain else {})
