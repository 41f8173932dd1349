"""What the doctor reports of a training: the networks, their losses, what is wrong, what was checked, what was not."""

import json
import math
from typing import Any, NamedTuple

from pipeline.doctor.diagnosis.findings import SEVERITIES, Finding
from pipeline.doctor.diagnosis.summary import evidence_text, findings_text, painted, wrapped

SHOWN = ("name", "role", "model", "updated", "optimizer")  # of a network; its other entries follow as names and values


class Report(NamedTuple):
    """What the doctor reports of a training.

    Attributes:
        findings: what is wrong, errors first.
        checked: what was checked and holds, in plain phrases.
        not_checked: what was not checked, and why.
        networks: of each network its name, its role ("generator", "discriminator", ...), its model, whether it was updated, and by which optimizer.
        losses: for each pair of networks what `losses_report` says, and under "pair" which pair it is if there are several.

    Example:
        >>> network = {"name": "generator", "role": "generator", "model": "sequential", "updated": True, "optimizer": "Adam"}
        >>> print(Report([], ["samples reach the discriminator's loss"], {"images": "no batch of real images was seen"}, [network], []))
        Networks:
          generator  sequential, updated by Adam
        <BLANKLINE>
        Findings: none in what was checked
        <BLANKLINE>
        Checked, and it holds:
          ok  samples reach the discriminator's loss
        <BLANKLINE>
        Not checked:
          images: no batch of real images was seen
    """

    findings: list[Finding]
    checked: list[str]
    not_checked: dict[str, str]
    networks: list[dict[str, Any]]
    losses: list[dict[str, Any]]

    def __str__(self) -> str:
        """The report as text, without colour."""
        return report_text(self, colour=False)


def report_text(report: Report, colour: bool) -> str:
    """A report as paragraphs of at most 110 columns: networks, losses, findings, what was checked and holds, what was not checked and why."""
    paragraphs = [
        _section("Networks", _networks(report.networks)),
        _section("Losses", [line for losses in report.losses for line in wrapped(f"{losses['pair']}{losses['sentence']}", "  ", "  ")]),
        _findings(report, colour),
        _section("Checked, and it holds", [line for phrase in report.checked for line in _checked(phrase, colour)]),
        _section("Not checked", [line for name, why in report.not_checked.items() for line in wrapped(f"{name}: {why}", "  ", "    ")]),
    ]
    return "\n\n".join(paragraph for paragraph in paragraphs if paragraph)


def report_json(report: Report) -> str:
    """A report as JSON, the same bytes for the same report; a number that is not finite becomes null."""
    content = report._asdict() | {"findings": [finding._asdict() for finding in report.findings]}
    return json.dumps(_finite(content), indent=2, sort_keys=True, allow_nan=False) + "\n"


def counts_text(findings: list[Finding]) -> str:
    """How many findings there are of each severity.

    >>> found = [Finding("momentum", "error", {}, "", "", ""), Finding("one_sided_range", "note", {}, "", "", "")]
    >>> counts_text(found), counts_text(found[:1] * 2), counts_text([])
    ('1 error, 1 note', '2 errors', 'nothing found')
    """
    numbers = [(severity, sum(finding.severity == severity for finding in findings)) for severity in SEVERITIES]
    return ", ".join(f"{number} {severity}{'s' if number > 1 else ''}" for severity, number in numbers if number) or "nothing found"


def outcome_text(report: Report) -> str:
    """How many findings there are; where something was not checked, none does not mean that nothing is wrong.

    >>> outcome_text(Report([], ["the losses"], {"images": "none was seen"}, [], [])), outcome_text(Report([], [], {"all": "failed"}, [], []))
    ('nothing found in what was checked', 'nothing could be checked')
    """
    if report.findings or not report.not_checked:
        return counts_text(report.findings)
    return "nothing found in what was checked" if report.checked else "nothing could be checked"


def _section(title: str, lines: list[str]) -> str:
    return "\n".join([f"{title}:", *lines]) if lines else ""


def _findings(report: Report, colour: bool) -> str:
    """The findings; where something was not checked, none does not mean that nothing is wrong."""
    if report.findings or not report.not_checked:
        return findings_text("Findings", report.findings, colour)
    return "Findings: none in what was checked" if report.checked else "Findings: none, because nothing could be checked"


def _checked(phrase: str, colour: bool) -> list[str]:
    first, *others = wrapped(f"ok  {phrase}", "  ", "      ")
    return [first.replace("ok", painted("ok", "healthy", colour), 1), *others]


def _networks(networks: list[dict[str, Any]]) -> list[str]:
    """A line per network, what is said of them in one column."""
    names = [_name(network) for network in networks]
    width = max(map(len, names), default=0)
    texts = [f"{name:{width}}  {_network(network)}" for name, network in zip(names, networks, strict=True)]
    return [line for text in texts for line in wrapped(text, "  ", " " * (width + 4))]


def _name(network: dict[str, Any]) -> str:
    """Its name, and its role if that is another word."""
    name, role = str(network.get("name", "")), str(network.get("role", ""))
    return f"{name} ({role})" if name and role and name != role else name or role


def _network(network: dict[str, Any]) -> str:
    """Its model, who updates it, and all else that is known of it."""
    optimizer, updated = network.get("optimizer"), network.get("updated")
    updates = "" if updated is None else "not updated" if not updated else f"updated by {optimizer}" if optimizer else "updated"
    others = {key: value for key, value in network.items() if key not in SHOWN and value not in (None, "", [])}
    return ", ".join(part for part in (str(network.get("model") or ""), updates, evidence_text(others)) if part)


def _finite(value: Any) -> Any:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    return [_finite(item) for item in value] if isinstance(value, (list, tuple)) else value
