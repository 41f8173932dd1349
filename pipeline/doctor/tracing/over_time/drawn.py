"""What the script draws after its training steps, against the noise and the samples inside of them."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import tensorflow as tf
from keras import tree

from pipeline.doctor.tracing.again import Again
from pipeline.doctor.tracing.distributions import Distances, relative_energy_distance
from pipeline.doctor.tracing.evidence import PairEvidence
from pipeline.doctor.tracing.inputs import columns_of, flat_rows
from pipeline.doctor.tracing.over_time.averages import copies_of, drawn_calls, rows_drawn
from pipeline.doctor.tracing.over_time.latents import noise_rows
from pipeline.doctor.tracing.record import Call
from pipeline.doctor.tracing.roles import Pair, variables_of
from pipeline.doctor.tracing.session import Session

MOST = 256  # rows that are compared
FAR = 0.25  # of the distance of one constant row: the same generator in both modes stays below
FEWEST = 16  # rows that show a distribution
VARIED = 0.5  # of all rows: noise is different in more of them, labels and grids repeat


class Rows(NamedTuple):
    """What a generator was given and drew.

    Attributes:
        noise: its floating-point inputs, (n, numbers); labels may stand among them.
        given: all its inputs, (n, more numbers).
        samples: (n, elements).
    """

    noise: np.ndarray
    given: np.ndarray
    samples: np.ndarray


class Drawn:
    """The latest noise and samples of the training steps; what is drawn outside of them is read when it is asked for."""

    def __init__(self, pair: Pair, session: Session) -> None:
        self.pair, self.session = pair, session
        self.inside: Rows | None = None
        self.calls: Sequence[Call] = []  # that gave them
        self.again = Again(pair.generator)

    def look(self, now: PairEvidence) -> None:
        """Keep the rows of one look."""
        latest = _rows_of(now.samples)
        if latest is not None:
            self.inside, self.calls = latest, now.samples

    def evidence(self) -> dict[str, Any]:
        """How samples are drawn; mean and spread of the noise, in the step and outside; how far samples drawn are from those in the step."""
        own, copies = frozenset(variables_of(self.pair.generator)), copies_of(self.pair.generator, self.session)
        calls = [_with_arrays(call) for call in drawn_calls(self.session, [own, *copies])]
        inside, outside = self.inside, _rows_of(calls)
        place = next((str(call.place) for call in calls if call.place), "")
        alone = {
            "place": place,
            "calls": len(calls),
            "rows_a_call": max(map(rows_drawn, calls), default=0),
            "by_batch": any(True in call.batch_norm for call in calls),
        }
        if inside is None or outside is None or len(inside.noise) < FEWEST or outside.noise.shape[1] != inside.noise.shape[1]:
            return alone if calls else {}
        columns = _varied(inside.noise)
        if not columns.any() or not _varied(outside.noise[:, columns]).all():
            return alone
        found = alone | _compared(inside.noise[:, columns], outside.noise[:, columns])
        same = _rows_of([call for call in calls if variables_of(call.network) == own])
        if same is not None and len(same.samples) >= FEWEST and same.samples.shape[1] == inside.samples.shape[1] and _same_kinds(inside, same):
            found |= self._samples_compared(inside, same)
        return found

    def _samples_compared(self, inside: Rows, outside: Rows) -> dict[str, Any]:
        """How far samples drawn outside are from those in the step; where that is far, from what the present generator draws there."""
        in_step, distance = inside.samples, relative_energy_distance(Distances.of(inside.samples, outside.samples))
        if distance > FAR:
            drawn = [self.again(call.inputs, True in call.batch_norm)[0] for call in self.calls]
            in_step = np.concatenate([flat_rows(samples) for samples in drawn])[-MOST:]
            distance = relative_energy_distance(Distances.of(in_step, outside.samples))
        return {
            "samples_distance": distance,
            "range": [float(outside.samples.min()), float(outside.samples.max())],
            "range_in_step": [float(in_step.min()), float(in_step.max())],
        }


def _rows_of(calls: Sequence[Call]) -> Rows | None:
    """Different rows of noise, and what was drawn from them; None if a call is given no noise."""
    pairs = [(noise_rows(call), columns_of(call), tree.flatten(call.outputs)[0]) for call in calls]
    rows = [Rows(noise, given, flat_rows(samples)) for noise, given, samples in pairs if noise is not None and isinstance(samples, np.ndarray)]
    if not rows or len({(each.noise.shape[1], each.given.shape[1], each.samples.shape[1]) for each in rows}) > 1:
        return None
    every = Rows(*(np.concatenate(parts) for parts in zip(*rows, strict=True)))
    different = list({row.tobytes(): number for number, row in enumerate(every.given)}.values())[-MOST:]
    return Rows(*(part[different] for part in every))


def _compared(inside: np.ndarray, outside: np.ndarray) -> dict[str, Any]:
    """Mean and spread of noise, and its spread over rows: smaller if noise is truncated or interpolated."""
    return {
        "rows": len(outside),
        "columns": outside.shape[1],
        "mean": float(outside.mean()),
        "sd": float(outside.std()),
        "mean_in_step": float(inside.mean()),
        "sd_in_step": float(inside.std()),
        "error_of_means": float(np.hypot(_error_of_mean(outside), _error_of_mean(inside))),
        "spread_of_rows": float(outside.std(axis=0).mean() / max(float(inside.std(axis=0).mean()), 1e-12)),
    }


def _varied(rows: np.ndarray) -> np.ndarray:
    """Which numbers are noise: their values are not the same few in many rows."""
    return np.array([len(np.unique(column)) > VARIED * len(column) for column in rows.T], bool)


def _same_kinds(inside: Rows, outside: Rows) -> bool:
    """Whether what stands beside the noise is as various outside: samples of one class are not those of all classes."""
    beside = ~_varied(inside.given)
    kinds = [len(np.unique(rows.given[:, beside], axis=0)) for rows in (inside, outside)]
    return kinds[1] >= kinds[0] / 2


def _error_of_mean(rows: np.ndarray) -> float:
    """The standard error of the mean of all numbers, for rows that may depend on each other, as in an interpolation; columns do not."""
    return float(rows.mean(axis=0).std() / np.sqrt(rows.shape[1]))


def _with_arrays(call: Call) -> Call:
    def as_array(leaf: Any) -> Any:
        return leaf.numpy() if tf.is_tensor(leaf) else leaf

    return call._replace(inputs=tree.map_structure(as_array, call.inputs), outputs=tree.map_structure(as_array, call.outputs))
