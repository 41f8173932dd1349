"""A step of a repair: a fix with its values, their trials, and what became of it."""

import math
from collections.abc import Sequence
from typing import NamedTuple

from pipeline.doctor.diagnosis.findings import Finding, Setting
from pipeline.doctor.diagnosis.summary import wrapped
from pipeline.repair.trials import Result, found_in
from pipeline.repair.verdict import Verdict, verdict
from pipeline.report.repair import settings_text
from pipeline.terminal.progress import say

INDENT = "   "


class Tried(NamedTuple):
    """One value of a fix: what it changes, and its trials, one of each seed."""

    changes: dict[str, Setting]
    results: list[Result]

    @property
    def distances(self) -> list[float | None]:
        """Fréchet distances by seed."""
        return [result.distance for result in self.results]


class Step(NamedTuple):
    """A fix that was tried.

    Attributes:
        findings: what it is to fix.
        values: that were tried, the fix's own first.
        chosen: the place of the value that was compared with the path so far.
        decided: whether their trials say which is best.
        before: trials without it.
    """

    findings: list[Finding]
    values: list[Tried]
    chosen: int
    decided: bool
    before: list[Result]
    verdict: Verdict
    kept: bool


def choose(values: Sequence[Tried]) -> tuple[int, bool]:
    """The place of the value to take, and whether the trials say which is best: it is the fix's own, the first, unless another one is better."""
    best = min(range(len(values)), key=lambda place: mean_distance(values[place].distances))  # the first of equal ones
    decided = verdict(values[0].distances, values[best].distances).word == "better" if best else _is_best(values)
    return (best if decided else 0), decided


def _is_best(values: Sequence[Tried]) -> bool:
    """Whether the first of several values is better than each other one."""
    return all(verdict(other.distances, values[0].distances).word == "better" for other in values[1:])


def mean_distance(distances: Sequence[float | None]) -> float:
    """The geometric mean; infinite if a training diverged."""
    known = [max(distance, 1e-12) for distance in distances if distance is not None]
    return math.exp(sum(map(math.log, known)) / len(known)) if known and len(known) == len(distances) else math.inf


def distances_text(distances: Sequence[float | None]) -> str:
    """Distances by seed, in four figures."""
    return ", ".join("diverged" if distance is None else f"{distance:.4g}" for distance in distances)


def say_trials(title: str, results: list[Result]) -> None:
    """Print what trials gave."""
    found = ", ".join(finding.id.replace("_", " ") for finding in found_in(results)) or "nothing"
    distances = distances_text([result.distance for result in results])
    _say(f"{title}: Fréchet distance {distances}", f"found: {found}")


def say_step(number: int, step: Step) -> None:
    """Print what a step changed, and what came of it."""
    value = step.values[step.chosen]
    found = ", ".join(finding.id.replace("_", " ") for finding in step.findings)
    of_several = f" (of {len(step.values)} values{'' if step.decided else ', and trials do not say which is best'})" if len(step.values) > 1 else ""
    distances = f"{distances_text([result.distance for result in step.before])} -> {distances_text(value.distances)}"
    result = f"Fréchet distance {distances}: {step.verdict.word}, {'kept' if step.kept else 'put back'}"
    _say(f"{number}. {found}", f"{settings_text(value.changes)}{of_several}", result)


def _say(head: str, *lines: str) -> None:
    """Print a line, and under it others that are indented and not wider than a terminal."""
    say("\n".join([head, *(part for line in lines for part in wrapped(line, INDENT, INDENT))]))
