"""The doctor's findings on cells, and the worst of them in a few words."""

from pathlib import Path
from typing import Any, NamedTuple

from pipeline.doctor.diagnosis.diagnose import causes_and_symptoms
from pipeline.doctor.diagnosis.findings import HEALTHY, SEVERITIES, Finding, Severity
from pipeline.files.json_file import Schema, read_json
from pipeline.report.numbers import counted
from pipeline.report.outputs import Outputs


class FindingRow(Schema):
    """A finding as JSON holds it."""

    id: str
    severity: Severity
    evidence: dict[str, Any]
    why: str
    fix: str
    reference: str
    where: str = ""


class Diagnosis(Schema):
    """The file of the stage `diagnose`."""

    findings: list[FindingRow]


class CellFindings(NamedTuple):
    """The findings on one cell: what to fix first, and what may come from it."""

    causes: list[Finding]
    symptoms: list[Finding]


class Worst(NamedTuple):
    """The worst finding on one or more cells: its severity and a phrase."""

    severity: str
    words: str


def read_findings(outputs: Outputs, cell: str) -> CellFindings:
    """What the stage `diagnose` found of a cell."""
    return CellFindings(*causes_and_symptoms(findings_in(outputs.diagnoses / f"{cell}.json")))


def findings_in(diagnosis: Path) -> list[Finding]:
    """The findings in the file of a diagnosis."""
    return [Finding(**finding) for finding in read_json(diagnosis, Diagnosis)["findings"]]


def finding_name(finding: Finding) -> str:
    """The rule's name as words."""
    return finding.id.replace("_", " ")


def worst_finding(cells: list[CellFindings]) -> Worst:
    """The worst finding on the cells of a variant, how many of its seeds have it, and how many other findings there are.

    >>> pinned = Finding("pinned_loss", "error", {}, "", "", "")
    >>> worst_finding([CellFindings([pinned], []), CellFindings([], [])])
    Worst(severity='error', words='pinned loss in 1 of 2 seeds')
    >>> worst_finding([CellFindings([pinned, pinned._replace(id="momentum")], [])])
    Worst(severity='error', words='pinned loss and 1 more')
    >>> worst_finding([CellFindings([], [])])
    Worst(severity='healthy', words='nothing found')
    """
    found = [finding for cell in cells for finding in cell.causes]
    if not found:
        return Worst(HEALTHY, "nothing found")
    worst = min(found, key=lambda finding: SEVERITIES.index(finding.severity))
    seeds = sum(any(finding.id == worst.id for finding in cell.causes) for cell in cells)
    others = len({finding.id for finding in found} - {worst.id})
    words = finding_name(worst)
    words += f" in {seeds} of {counted(len(cells), 'seed')}" if len(cells) > 1 else ""
    words += f" and {others} more" if others else ""
    return Worst(worst.severity, words)
