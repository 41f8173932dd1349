"""What a rule is, what it finds, and in which order findings are told."""

from collections.abc import Callable, Mapping
from typing import Any, Literal, NamedTuple

Severity = Literal["error", "warning", "note"]
SEVERITIES: tuple[Severity, ...] = ("error", "warning", "note")
HEALTHY = "healthy"

Evidence = Mapping[str, Any]  # {"before": {...}, "epochs": [{...}, ...], "scores": {...}}; a part that was not recorded is empty
Numbers = dict[str, Any]


class Finding(NamedTuple):
    """An illness, or what may become one."""

    id: str
    severity: Severity
    evidence: Numbers
    why: str  # it hurts
    mend: str
    reference: str


class Rule(NamedTuple):
    """How one illness is recognised. `judge` returns the numbers that show it, or nothing."""

    judge: Callable[[Evidence], Numbers | None]
    severity: Severity
    why: str
    mend: str
    setting: str  # keys and values in a variant's section of params.yaml, "key: value, key: value"; empty where none mends it
    reference: str

    @property
    def id(self) -> str:
        """Its name: that of the function."""
        return self.judge.__name__


def rule(severity: Severity, why: str, mend: str, reference: str, setting: str = "") -> Callable[[Callable[[Evidence], Numbers | None]], Rule]:
    """Make a function over evidence a rule."""
    return lambda judge: Rule(judge, severity, why, mend, setting, reference)
