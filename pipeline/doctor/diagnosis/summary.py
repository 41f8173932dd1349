"""Findings as text, in colour on a terminal."""

import os
import sys
import textwrap
from collections.abc import Sequence
from typing import Any

from pipeline.doctor.diagnosis.diagnose import causes_and_symptoms
from pipeline.doctor.diagnosis.findings import Finding

COLOURS = {"error": "31", "warning": "33", "note": "36", "healthy": "32"}
WIDTH = 110
SYMPTOMS = "Fix the errors above first; what training showed may come from them"


def print_findings(title: str, findings: Sequence[Finding], explain: bool = True) -> None:
    """Print the findings of a GAN under a title, in colour on a terminal unless NO_COLOR is set (https://no-color.org)."""
    colour = sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    text = findings_text(title, findings, colour, explain)
    try:
        print(text, flush=True)
    except UnicodeEncodeError:  # an ASCII terminal has no letter for β1
        print(text.encode("ascii", "replace").decode(), flush=True)


def findings_text(title: str, findings: Sequence[Finding], colour: bool, explain: bool = True) -> str:
    """A paragraph per finding: its name, its evidence, why it is a problem, how to fix it. What may come from another finding gets one line.

    Without `explain` every finding gets one line.
    """
    if not findings:
        return f"{title}: {_painted('nothing found', 'healthy', colour)}"
    lines = [f"{title}:"]
    causes, symptoms = causes_and_symptoms(findings)
    for finding in causes:
        lines.append(_headline(finding, colour))
        if explain:
            lines += textwrap.wrap(f"{finding.why} {finding.fix}", WIDTH, initial_indent="         ", subsequent_indent="         ")
    if symptoms:
        lines += [f"  {SYMPTOMS}:", *(_headline(finding, colour) for finding in symptoms)]
    return "\n".join(lines)


def _headline(finding: Finding, colour: bool) -> str:
    return f"  {_painted(finding.severity, finding.severity, colour)}  {finding.id.replace('_', ' ')}  ({evidence_text(finding.evidence)})"


def _painted(text: str, severity: str, colour: bool) -> str:
    return f"\x1b[1;{COLOURS[severity]}m{text}\x1b[0m" if colour else text


def evidence_text(evidence: dict[str, Any]) -> str:
    """Names and numbers in one line."""
    return ", ".join(f"{name.replace('_', ' ')} {_number(value)}" for name, value in evidence.items())


def _number(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.4g}"
    return ", ".join(map(_number, value)) if isinstance(value, list) else str(value)
