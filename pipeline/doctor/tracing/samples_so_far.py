"""The latest real rows and samples of a training, over several looks where batches are small, and how they compare as distributions."""

from collections.abc import Sequence

import numpy as np
from keras import tree

from pipeline.doctor.evidence.step_recorder import FAKE, REAL
from pipeline.doctor.tracing.distributions import (
    Distances,
    coverage_and_precision,
    relative_crowding,
    relative_energy_distance,
    relative_spectrum_distance,
)
from pipeline.doctor.tracing.evidence import PairEvidence

ENOUGH, MOST = 160, 256  # rows that are compared: as few looks as hold enough of them
FEWEST = 64  # rows that show a distribution; twice as many show which part of it is covered
MEASURES = ("energy_distance", "spectrum_distance", "crowding", "coverage", "closeness")
Rows = list[np.ndarray]


class SamplesSoFar:
    """The latest rows of both kinds, as the discriminator is given them in its own turn."""

    def __init__(self) -> None:
        self.real: Rows = []
        self.fake: Rows = []

    def look(self, now: PairEvidence) -> dict[str, float | None]:
        """Add the rows of one look, and compare; null where too few are known, or too few different real ones."""
        in_turn = now.losses.calls_in_turn("discriminator")
        for kept, kind in ((self.real, REAL), (self.fake, FAKE)):
            _add(kept, [given.images(kind) for given in in_turn])
        measured: dict[str, float | None] = dict.fromkeys(MEASURES)
        if not self.real or not self.fake:
            return measured
        every, fake = np.concatenate(self.real)[-MOST:], np.concatenate(self.fake)[-MOST:]
        real = np.stack(list({row.tobytes(): row for row in every}.values()))  # an image that is drawn twice is no neighbour of itself
        if len(fake) < FEWEST or len(real) < max(FEWEST, len(every) // 2) or not (np.isfinite(real).all() and np.isfinite(fake).all()):
            return measured
        both = min(len(real), len(fake))
        of = Distances.of(real[-both:], fake[-both:])
        measured["energy_distance"], measured["crowding"] = relative_energy_distance(of), relative_crowding(of)
        if both >= 2 * FEWEST:
            measured["coverage"], measured["closeness"] = coverage_and_precision(of)
        shape = _shape(now, real.shape[1])
        if len(shape) > 1:
            measured["spectrum_distance"] = relative_spectrum_distance(*(rows[-FEWEST:].reshape(-1, *shape) for rows in (real, fake)))
        return measured


def _add(kept: Rows, batches: Sequence[np.ndarray]) -> None:
    """Add the rows of one look; older looks are let go when there is enough without them."""
    rows = [batch for batch in batches if len(batch)]
    if not rows:
        return
    if kept and kept[-1].shape[1] != rows[0].shape[1]:
        kept.clear()
    kept.append(np.concatenate(rows)[-MOST:])
    while sum(map(len, kept[1:])) >= ENOUGH:
        del kept[0]


def _shape(now: PairEvidence, elements: int) -> tuple[int, ...]:
    """Of what the generator draws, if that is what the discriminator is given: a signal's length or an image's height and width, and channels."""
    shapes = {np.shape(leaf)[1:] for call in now.samples for leaf in tree.flatten(call.outputs)}
    return next((shape for shape in shapes if int(np.prod(shape)) == elements), ())
