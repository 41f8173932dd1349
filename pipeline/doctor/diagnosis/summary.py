"""Findings as text, in colour on a terminal."""

import os
import sys
import textwrap
from collections.abc import Sequence
from typing import Any, TextIO

from pipeline.doctor.diagnosis.diagnose import causes_and_symptoms
from pipeline.doctor.diagnosis.findings import Finding

COLOURS = {"error": "31", "warning": "33", "note": "36", "healthy": "32"}
WIDTH = 110
INDENT = " " * 9
SYMPTOMS = "Fix the errors above first; what training showed may come from them"


def print_findings(title: str, findings: Sequence[Finding], explain: bool = True) -> None:
    """Print the findings of a GAN under a title, in colour on a terminal unless NO_COLOR is set (https://no-color.org)."""
    print_text(findings_text(title, findings, is_coloured(sys.stdout), explain), sys.stdout)


def is_coloured(stream: TextIO) -> bool:
    """Whether a stream is a terminal that shows colours, and the user has nothing against them."""
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def print_text(text: str, stream: TextIO) -> None:
    """Print what a stream can show of a text: an ASCII terminal has no letter for β1."""
    encoding = stream.encoding or "utf-8"
    print(text.encode(encoding, "replace").decode(encoding), file=stream, flush=True)


def findings_text(title: str, findings: Sequence[Finding], colour: bool, explain: bool = True) -> str:
    """A paragraph per finding: its name, its evidence, why it is a problem, how to fix it. What may come from another finding gets one line.

    Without `explain` every finding gets one line.
    """
    if not findings:
        return f"{title}: {painted('nothing found', 'healthy', colour)}"
    lines = [f"{title}:"]
    causes, symptoms = causes_and_symptoms(findings)
    for finding in causes:
        lines += _headline(finding, colour)
        if explain:
            lines += wrapped(f"{finding.why} {finding.fix}", INDENT, INDENT)
            lines += [f"{INDENT}{line}" for line in finding.change.splitlines()]
    if symptoms:
        lines += [f"  {SYMPTOMS}:", *(line for finding in symptoms for line in _headline(finding, colour))]
    return "\n".join(lines)


def wrapped(text: str, first: str, others: str) -> list[str]:
    """A text as lines of at most `WIDTH` columns that begin with `first` and `others`; names of files and numbers are not broken."""
    return textwrap.wrap(text, WIDTH, initial_indent=first, subsequent_indent=others, break_long_words=False, break_on_hyphens=False)


def _headline(finding: Finding, colour: bool) -> list[str]:
    """Severity, name, line of code and evidence of a finding."""
    parts = [finding.severity, finding.id.replace("_", " "), finding.where, f"({evidence_text(finding.evidence)})" if finding.evidence else ""]
    first, *others = wrapped("  ".join(part for part in parts if part), "  ", INDENT)
    return [first.replace(finding.severity, painted(finding.severity, finding.severity, colour), 1), *others]


def painted(text: str, severity: str, colour: bool) -> str:
    """A text in the colour of a severity."""
    return f"\x1b[1;{COLOURS[severity]}m{text}\x1b[0m" if colour else text


def evidence_text(evidence: dict[str, Any]) -> str:
    """Names and numbers in one line."""
    return ", ".join(f"{name.replace('_', ' ')} {_number(value)}" for name, value in evidence.items())


def _number(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.4g}"
    return ", ".join(map(_number, value)) if isinstance(value, list) else str(value)
