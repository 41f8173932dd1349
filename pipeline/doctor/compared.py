"""`gan-doctor compare BEFORE AFTER`: what a change did, from two reports that `gan-doctor run --report` wrote."""

import json
from pathlib import Path
from typing import Any

from pipeline.doctor.diagnosis.loss_report import NETWORKS


class ReportError(Exception):
    """A file that is no report, in one line."""


def read_report(path: Path) -> dict[str, Any]:
    """Read a report.

    Raises:
        ReportError: The file cannot be read, or is no report of `gan-doctor run`.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ReportError(f"{path}: expected a report of `gan-doctor run --report`, cannot read it ({error.strerror})") from None
    except (ValueError, RecursionError):
        raise ReportError(f"{path}: expected a report of `gan-doctor run --report`, received a file that is not JSON") from None
    if not _is_report(content):
        raise ReportError(f"{path}: expected a report of `gan-doctor run --report`, received other JSON")
    return dict(content)


def _is_report(content: Any) -> bool:
    """Whether JSON has the parts of a report that are compared, each of its kind."""
    if not isinstance(content, dict) or not isinstance(content.get("not_checked"), dict):
        return False
    findings, losses = content.get("findings"), content.get("losses")
    if not isinstance(findings, list) or not isinstance(losses, list):
        return False
    named = all(isinstance(each, dict) and isinstance(each.get("id"), str) and isinstance(each.get("severity"), str) for each in findings)
    return named and all(
        isinstance(each, dict)
        and isinstance(each.get("pair"), str)
        and all(each.get(network) is None or isinstance(each[network], (int, float)) for network in NETWORKS)
        for each in losses
    )


def comparison_text(before: dict[str, Any], after: dict[str, Any]) -> str:
    """Which findings went, which came and which stayed, and how the last losses moved.

    Example:
        >>> def report(found, loss):
        ...     pair = {"pair": "", "discriminator": loss, "generator": 0.9}
        ...     return {"findings": [{"id": name, "severity": "error"} for name in found], "checked": [], "not_checked": {}, "losses": [pair]}
        >>> print(comparison_text(report(["momentum"], 0.1), report([], 1.2)))
        went:  error momentum
        losses:
          discriminator 0.1 -> 1.2
          generator 0.9 -> 0.9
    """
    old, new = _found(before), _found(after)
    lines = [f"went:  {old[name]} {_words(name)}{_doubt(name, after)}" for name in old if name not in new]
    lines += [f"came:  {new[name]} {_words(name)}{_doubt(name, before)}" for name in new if name not in old]
    lines += [f"stays: {new[name]} {_words(name)}{f' (was {old[name]})' if new[name] != old[name] else ''}" for name in new if name in old]
    losses = [line for pair in _pairs(before, after) for line in _moved(pair, before["losses"], after["losses"])]
    return "\n".join([*(lines or ["no finding before, none after"]), *(["losses:", *losses] if losses else [])])


def _found(report: dict[str, Any]) -> dict[str, str]:
    """The findings of a report, id -> severity; one that several pairs have counts once, as the report has it first."""
    return {finding["id"]: finding["severity"] for finding in reversed(report["findings"])}


def _words(name: str) -> str:
    return name.replace("_", " ")


def _doubt(name: str, other: dict[str, Any]) -> str:
    """Why the other report may not have it for another reason: it was not checked there."""
    own = next((why for key, why in other["not_checked"].items() if key.rpartition(": ")[2].removesuffix(" (withdrawn)") == name), None)
    if own is not None:
        return f" (not checked in the other report: {own})"
    return " (not everything was checked in the other report)" if other["not_checked"] else ""


def _pairs(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    """The names of the pairs of networks of both reports."""
    return list(dict.fromkeys(each["pair"] for report in (after, before) for each in report["losses"]))


def _moved(pair: str, before: list[dict[str, Any]], after: list[dict[str, Any]]) -> list[str]:
    """A line for each network of a pair of which a report has a loss."""
    old, new = (next((each for each in losses if each["pair"] == pair), {}) for losses in (before, after))
    known = [(network, old.get(network), new.get(network)) for network in NETWORKS]
    return [f"  {pair}{network} {_number(first)} -> {_number(last)}" for network, first, last in known if first is not None or last is not None]


def _number(value: float | None) -> str:
    return "not seen" if value is None else f"{value:.4g}"
