"""What a rule is, and what a finding is."""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Literal, NamedTuple

Severity = Literal["error", "warning", "note"]
SEVERITIES: tuple[Severity, ...] = ("error", "warning", "note")
HEALTHY = "healthy"

Evidence = Mapping[str, Any]  # {"before": {...}, "epochs": [{...}, ...], "scores": {...}, ...}; a part that was not recorded is empty
Numbers = dict[str, Any]
Setting = bool | int | float | str


class Times(NamedTuple):
    """A setting that is to become so many times its present value.

    Example:
        >>> Times(2)
        Times(factor=2)
    """

    factor: float


class Finding(NamedTuple):
    """A failure mode that a rule recognised, or a note about what may become one.

    Attributes:
        id: the rule's name.
        severity: "error", "warning" or "note".
        evidence: the numbers that show it.
        why: why it is a problem.
        fix: what to do.
        reference: where this is known from.
        where: the line of the user's own code, such as "gan.py:42"; empty if it is not known.
        change: what to write there instead, as a diff of that line; empty where it cannot be built with certainty.

    Example:
        >>> Finding("dead_units", "error", {"generator_dead_units": 1.0}, "Dead units learn nothing.", "Use leaky ReLUs.", "Maas 2013").severity
        'error'
    """

    id: str
    severity: Severity
    evidence: Numbers
    why: str
    fix: str
    reference: str
    where: str = ""
    change: str = ""

    def row(self) -> dict[str, Any]:
        """The finding as JSON holds it: a line of code and its change are left out if they are not known, as in those of cells.

        >>> Finding("dead_units", "error", {}, "Why.", "Fix.", "Maas 2013").row()["id"]
        'dead_units'
        >>> "where" in Finding("dead_units", "error", {}, "Why.", "Fix.", "Maas 2013").row()
        False
        >>> Finding(**Finding("dead_units", "error", {}, "Why.", "Fix.", "Maas 2013", "gan.py:42").row()).where
        'gan.py:42'
        """
        return {name: value for name, value in self._asdict().items() if name not in ("where", "change") or value}


class Rule(NamedTuple):
    """How one failure mode is recognised and fixed; made by the decorator `rule`.

    Attributes:
        check: a function of the evidence that returns the numbers that show the failure mode, or None.
        severity: of its finding.
        why: why it is a problem.
        fix: what to do.
        settings: the fix as keys and values of a variant's section of params.yaml; empty where no setting fixes it.
        reference: where this is known from.
        otherwise: more fixes of the same kind, to be tried where the first does not help.
    """

    check: Callable[[Evidence], Numbers | None]
    severity: Severity
    why: str
    fix: str
    settings: Mapping[str, Setting | Times]
    reference: str
    otherwise: Sequence[Mapping[str, Setting | Times]] = ()

    @property
    def id(self) -> str:
        """Its name: that of the function."""
        return self.check.__name__


def rule(
    severity: Severity,
    why: str,
    fix: str,
    reference: str,
    settings: Mapping[str, Setting | Times] = MappingProxyType({}),
    otherwise: Sequence[Mapping[str, Setting | Times]] = (),
) -> Callable[[Callable[[Evidence], Numbers | None]], Rule]:
    """Make a function of evidence a rule.

    Example:
        >>> @rule("error", why="It does not end well.", fix="Start again.", reference="Nobody 2020")
        ... def ended_early(evidence):
        ...     return {"epochs": 1} if len(evidence["epochs"]) == 1 else None
        >>> ended_early.id, ended_early.check({"epochs": [{}]})
        ('ended_early', {'epochs': 1})
    """
    return lambda check: Rule(check, severity, why, fix, settings, reference, otherwise)
