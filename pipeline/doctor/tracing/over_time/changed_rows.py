"""Whether real rows and samples are changed at random between where they come from and the discriminator: augmented, or given noise."""

from typing import Any

import numpy as np

from pipeline.doctor.evidence.step_recorder import FAKE, REAL
from pipeline.doctor.tracing.evidence import PairEvidence
from pipeline.doctor.tracing.look import Look
from pipeline.doctor.tracing.origins import Given
from pipeline.doctor.tracing.roles import Pair, find_pairs
from pipeline.doctor.tracing.session import Session

LOOKS = 3  # runs of the step cost time, and what a script does to its rows does not change
OTHER_KEYS = 1009, 2003, 3001, 4001  # added to the key of a step's random numbers: a script may change a whole batch or none of it


class ChangedRows:
    """Runs of the discriminator's turn with the same data and samples, and other random numbers: which rows differ, and by how much."""

    def __init__(self, pair: Pair, session: Session) -> None:
        self.pair = pair
        pairs = find_pairs(session.first_looks, session.host.record)  # of two generators, as in a BiGAN, one's samples would count as real rows
        self.alone = sum(other.discriminator is pair.discriminator for other in pairs) == 1
        self.changes: dict[str, list[list[float]]] = {REAL: [], FAKE: []}  # for each run: the relative change of each row
        self.looks = self.dimensions = 0

    def look(self, now: PairEvidence) -> None:
        """Compare the rows of one look."""
        calls = now.losses.calls_in_turn("discriminator")
        looks = [look for look in now.looks if isinstance(look, Look) and any(one.look is look for one in calls)]
        if not self.alone or self.looks >= LOOKS or len(looks) != 1 or not looks[0].replaceable:
            return
        look, calls = looks[0], [one for one in calls if one.look is looks[0]]
        real = np.concatenate([one.images(REAL) for one in calls])
        if not len(real) or not any((one.kinds == FAKE).any() for one in calls) or not _comes_whole(look.data, real.shape[1]):
            return
        spread = float(real.std()) or 1.0
        self.dimensions = max(mask.ndim for mask in calls[0].image if mask.any())
        self.looks += 1
        for key in OTHER_KEYS:
            again = look.run(look.held([self.pair.generator]), key=look.step + key)
            pairs = [(one, one._replace(call=again.calls[one.number])) for one in calls]
            for kind in (REAL, FAKE):
                self.changes[kind].append([change for one, other in pairs for change in _changes(one, other, kind, spread)])

    def evidence(self) -> dict[str, Any]:
        """Of real rows and of samples: the smallest and largest share of a batch that was changed, and the change over the spread of real rows."""
        if not self.looks:
            return {}
        found: dict[str, Any] = {"looks": self.looks, "dimensions": self.dimensions}
        for kind, runs in self.changes.items():
            shares = [float(np.mean(np.array(changes) > 0)) for changes in runs]
            found[kind] = {"least_share": min(shares), "largest_share": max(shares), "size": float(np.mean([np.mean(changes) for changes in runs]))}
        return found


def _comes_whole(data: list[Any], elements: int) -> bool:
    """Whether the step is given rows of about this size: what it draws from a table, or makes of numbers, is not changed but drawn."""
    return any(np.ndim(leaf) > 1 and elements <= 4 * int(np.prod(np.shape(leaf)[1:])) for leaf in data)


def _changes(one: Given, other: Given, kind: str, spread: float) -> list[float]:
    """For each row the mean change of an element; none where values have only changed places, as in a mirror image."""
    before, after = one.images(kind).astype("float64"), other.images(kind).astype("float64")
    moved = np.abs(np.sort(before, axis=1) - np.sort(after, axis=1)).mean(axis=1) > 1e-6 * spread
    return list(np.where(moved, np.abs(before - after).mean(axis=1) / spread, 0.0))
