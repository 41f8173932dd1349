"""The trackers of one pair of networks."""

from typing import Any, Protocol

from pipeline.doctor.tracing.evidence import PairEvidence
from pipeline.doctor.tracing.over_time.applied import Applied
from pipeline.doctor.tracing.over_time.averages import Averages
from pipeline.doctor.tracing.over_time.built_again import BuiltAgain
from pipeline.doctor.tracing.over_time.by_batch import ByBatch
from pipeline.doctor.tracing.over_time.changed_rows import ChangedRows
from pipeline.doctor.tracing.over_time.conditions import Conditions
from pipeline.doctor.tracing.over_time.copied import Copied
from pipeline.doctor.tracing.over_time.drawn import Drawn
from pipeline.doctor.tracing.over_time.drawn_again import DrawnAgain
from pipeline.doctor.tracing.over_time.fading import Fading
from pipeline.doctor.tracing.over_time.judges import Judges
from pipeline.doctor.tracing.over_time.latents import Latents
from pipeline.doctor.tracing.over_time.left_out import LeftOut
from pipeline.doctor.tracing.over_time.movement import Movement
from pipeline.doctor.tracing.over_time.one_hot import OneHot
from pipeline.doctor.tracing.over_time.opposition import Opposition
from pipeline.doctor.tracing.over_time.output_gradients import OutputGradients
from pipeline.doctor.tracing.over_time.pairs import Pairs
from pipeline.doctor.tracing.over_time.real_rows import RealRows
from pipeline.doctor.tracing.over_time.verdicts import Verdicts
from pipeline.doctor.tracing.roles import Pair
from pipeline.doctor.tracing.session import Session


class Tracker(Protocol):
    """Adds up one thing over the looks at a pair of networks."""

    def __init__(self, pair: Pair, session: Session) -> None:
        """Begin with a pair that was just recognised."""

    def look(self, now: PairEvidence) -> None:
        """Add what one more look at each part of the training shows."""

    def evidence(self) -> dict[str, Any]:
        """What is known by now, in the form that the rules read; empty if nothing is."""


TRACKERS: dict[str, type[Tracker]] = {
    "real_rows": RealRows,
    "by_batch": ByBatch,
    "latents": Latents,
    "movement": Movement,
    "left_out": LeftOut,
    "built_again": BuiltAgain,
    "applied": Applied,
    "fading": Fading,
    "judges": Judges,
    "conditions": Conditions,
    "one_hot": OneHot,
    "changed_rows": ChangedRows,
    "pairs": Pairs,
    "copied": Copied,
    "drawn_again": DrawnAgain,
    "verdicts": Verdicts,
    "output_gradients": OutputGradients,
    "opposition": Opposition,
    "averages": Averages,
    "drawn": Drawn,
}


class Trackers:
    """All trackers of one pair; one that fails is noted and left out."""

    def __init__(self, pair: Pair, session: Session) -> None:
        self.guard = session.guard
        self.of: dict[str, Tracker] = {}
        for name, kind in TRACKERS.items():
            with self.guard.part(name):
                self.of[name] = kind(pair, session)

    def look(self, now: PairEvidence) -> None:
        """Show every tracker one more look."""
        for name, tracker in self.of.items():
            with self.guard.part(name):
                tracker.look(now)

    def evidence(self) -> dict[str, Any]:
        """What each tracker knows, by its name."""
        found: dict[str, Any] = {}
        for name, tracker in self.of.items():
            with self.guard.part(name):
                found[name] = tracker.evidence()
        return {name: known for name, known in found.items() if known}
