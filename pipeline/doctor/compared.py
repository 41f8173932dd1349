"""`gan-doctor compare BEFORE AFTER`: what a change did, from two reports that `gan-doctor run --report` wrote."""

import json
from pathlib import Path
from typing import Any

from pipeline.doctor.diagnosis.loss_report import NETWORKS

PARTS = ("findings", "checked", "not_checked", "losses")  # of a report


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
    if not isinstance(content, dict) or any(part not in content for part in PARTS):
        raise ReportError(f"{path}: expected a report of `gan-doctor run --report`, received other JSON")
    return content


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
    lines = [
        f"{word + ':':6} {text}"
        for word, names in (("went", old.keys() - new.keys()), ("came", new.keys() - old.keys()))
        for text in _named(names, old | new)
    ]
    lines += [f"stays: {text}" for text in _named(old.keys() & new.keys(), new)]
    unknown = sorted(name for name in old.keys() - new.keys() if _is_unchecked(name, after))
    lines += [f"note:  {name.replace('_', ' ')} may only be gone because it was not checked: {after['not_checked'][name]}" for name in unknown]
    losses = [line for pair in after["losses"] for line in _moved(pair, before["losses"])]
    return "\n".join([*(lines or ["no finding before, none after"]), *(["losses:", *losses] if losses else [])])


def _found(report: dict[str, Any]) -> dict[str, str]:
    """The findings of a report, id -> severity."""
    return {finding["id"]: finding["severity"] for finding in reversed(report["findings"])}


def _named(names: Any, severities: dict[str, str]) -> list[str]:
    return [f"{severities[name]} {name.replace('_', ' ')}" for name in severities if name in names]


def _is_unchecked(name: str, report: dict[str, Any]) -> bool:
    return name in report["not_checked"]


def _moved(pair: dict[str, Any], before: list[dict[str, Any]]) -> list[str]:
    """A line for each network of a pair whose losses both reports have."""
    other = next((each for each in before if each["pair"] == pair["pair"]), {})
    known = [(network, other.get(network), pair.get(network)) for network in NETWORKS]
    return [f"  {pair['pair']}{network} {_number(old)} -> {_number(new)}" for network, old, new in known if old is not None or new is not None]


def _number(value: float | None) -> str:
    return "not seen" if value is None else f"{value:.4g}"
