"""One pair of networks, followed through its training: evidence from before it, and a row for each later look."""

from typing import Any

import numpy as np

from pipeline.doctor.evidence.step_recorder import OTHER
from pipeline.doctor.tracing.evidence import PairEvidence
from pipeline.doctor.tracing.over_time.trackers import Trackers
from pipeline.doctor.tracing.roles import Pair, variables_of
from pipeline.doctor.tracing.rows import training_row
from pipeline.doctor.tracing.samples_so_far import SamplesSoFar
from pipeline.doctor.tracing.session import Session

BATCHES = 10  # whose means are compared with each other


class Followed:
    """A pair, and what is known of it.

    Attributes:
        pair: the two networks.
        before: evidence from before training.
        confirmed: the same from a later look, to withdraw what did not hold; empty until there was one.
        rows: what later looks showed.
        over_time: what all looks add up to, as of the last call of `conclude`.
    """

    def __init__(self, session: Session, pair: Pair) -> None:
        self.session, self.pair = session, pair
        first = PairEvidence(session.first_looks, pair, session.hooks)
        self.given = first.given
        self.before = first.collect()
        self.confirmed: dict[str, Any] = {}
        self.rows: list[dict[str, Any]] = []
        self.over_time: dict[str, Any] = {}
        self.samples_so_far = SamplesSoFar()
        self.trackers = Trackers(pair, session)
        self.trackers.look(first)
        self.counts = session.first_counts

    def look(self) -> None:
        """Add a row, once each part of the training that is still run was looked at again."""
        looks = self.session.looks_since(self.counts)
        if not looks:
            return
        now = PairEvidence(looks, self.pair, self.session.hooks, self.given)
        if not self.confirmed:
            self.confirmed = now.collect(self.before)
        with self.session.guard.part("conditions"):
            self._add_conditions(now)
        with self.session.guard.part("what the losses depend on"):
            self._add_kinds(now)
        self.trackers.look(now)
        row = training_row(now, self.session.steps_of(self.pair.generator), self.rows)
        if "first_not_finite" in row and self.session.not_finite_given is not None:
            row |= {"first_not_finite": "what the step is given", "first_not_finite_step": self.session.not_finite_given}
        with self.session.guard.part("samples against real rows"):
            row |= self.samples_so_far.look(now)
        self.rows.append(row)

    def conclude(self) -> None:
        """Ask the trackers what they know by now."""
        self.over_time = self.trackers.evidence()

    def _add_conditions(self, now: PairEvidence) -> None:
        """A condition counts as constant while every look shows the same."""
        before, after = self.before.get("condition"), now.conditions()
        if before and after:
            before["looks"] += 1
            if after["value"] != before["value"]:
                before["constant"] = 0

    def _add_kinds(self, now: PairEvidence) -> None:
        """A script may give the discriminator real rows in one step and samples in the next."""
        step = self.before.get("step", {})
        for name, kinds in step.get("learns_from", {}).items():
            kinds[:] = sorted({*kinds, *(kind for kind, gradients in now.losses.gradients(name).items() if gradients.any())})
        step["looks"] = step.get("looks", 0) + 1
        if now.losses.contradiction:  # what seemed to come from the data may be earlier samples
            step["discriminator_inputs"] = sorted({*step.get("discriminator_inputs", []), OTHER})
        moved = {name for look in now.looks for name, network in now.networks.items() if variables_of(network) & look.moved}
        step["moved"] = sorted(moved.union(step.get("moved", [])))

    @property
    def later_evidence(self) -> dict[str, Any] | None:
        """The same with a later look in the place of the first ones, except for what all looks add up to; None before there was one."""
        if not self.confirmed:
            return None
        step = self.before.get("step", {})
        summed = {name: step[name] for name in ("looks", "learns_from", "moved", "discriminator_inputs") if name in step}
        before = self.confirmed | {"condition": self.before.get("condition", {}), "step": self.confirmed.get("step", {}) | summed}
        return {"before": before, "epochs": self._rows(), "over_time": self.over_time}

    @property
    def evidence(self) -> dict[str, Any]:
        """What the rules read."""
        return {"before": self.before, "epochs": self._rows(), "over_time": self.over_time}

    def _rows(self) -> list[dict[str, Any]]:
        """The rows; every tenth has how the means of ten batches vary."""
        rows = [dict(row) for row in self.rows]
        for last in range(BATCHES - 1, len(rows), BATCHES):
            ten = [row for row in rows[last - BATCHES + 1 : last + 1] if row.get("brightness") is not None]
            if len(ten) == BATCHES:
                rows[last] |= {
                    "between_batches": float(np.var([row["brightness"] for row in ten])),
                    "within_batches": float(np.mean([row["brightness_variance"] for row in ten])),
                    "measured_steps": BATCHES,
                }
        return rows
