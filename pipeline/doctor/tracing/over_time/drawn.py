"""What the script draws after its training steps, against the noise and the samples inside of them."""

from typing import Any

import numpy as np
import tensorflow as tf
from keras import tree

from pipeline.doctor.evidence.distributions import relative_energy_distance
from pipeline.doctor.tracing.evidence import PairEvidence
from pipeline.doctor.tracing.inputs import flat_rows
from pipeline.doctor.tracing.over_time.averages import copies_of, drawn_calls
from pipeline.doctor.tracing.over_time.latents import noise_rows
from pipeline.doctor.tracing.record import Call
from pipeline.doctor.tracing.roles import Pair, variables_of
from pipeline.doctor.tracing.session import Session

MOST = 256  # rows that are compared
FEWEST = 16  # rows that show a distribution
VARIED = 0.5  # different values of a number, over rows: that of noise is different in each row, those of labels and grids repeat


class Drawn:
    """The latest noise and samples of the training steps; what is drawn outside of them is read when it is asked for."""

    def __init__(self, pair: Pair, session: Session) -> None:
        self.pair, self.session = pair, session
        self.noise, self.samples = np.zeros((0, 0)), np.zeros((0, 0))

    def look(self, now: PairEvidence) -> None:
        """Keep the rows of one look."""
        self.noise, self.samples = self._noise_and_samples(now.samples) or (self.noise, self.samples)

    def evidence(self) -> dict[str, Any]:
        """Mean and spread of the noise, in the step and outside, and how far samples drawn with the same network are from those in the step."""
        own, copies = frozenset(variables_of(self.pair.generator)), copies_of(self.pair.generator, self.session)
        calls = [_with_arrays(call) for call in drawn_calls(self.session, [own, *copies])]
        both = self._noise_and_samples(calls)
        columns = _varied(self.noise)
        if both is None or not columns.any() or len(self.noise) < FEWEST or both[0].shape[1] != self.noise.shape[1]:
            return {}
        outside, inside = both[0][:, columns], self.noise[:, columns]
        found: dict[str, Any] = {"rows": len(outside), "place": next((str(call.place) for call in calls if call.place), "")}
        if not _varied(outside).all():
            return found
        found |= {"mean": float(outside.mean()), "sd": float(outside.std()), "mean_in_step": float(inside.mean()), "sd_in_step": float(inside.std())}
        found |= {"numbers": outside.size, "error_of_means": float(np.hypot(_error_of_mean(outside), _error_of_mean(inside)))}
        same = self._noise_and_samples([call for call in calls if variables_of(call.network) == own])
        if same is not None and len(same[1]) >= FEWEST and same[1].shape[1:] == self.samples.shape[1:]:
            found |= {
                "spread_of_rows": float(outside.std(axis=0).mean() / max(float(inside.std(axis=0).mean()), 1e-12)),
                "samples_distance": relative_energy_distance(self.samples, same[1]),
                "range": [float(same[1].min()), float(same[1].max())],
                "range_in_step": [float(self.samples.min()), float(self.samples.max())],
            }
        return found

    def _noise_and_samples(self, calls: list[Call]) -> tuple[np.ndarray, np.ndarray] | None:
        """Different rows of noise, and what was drawn from them; None if a call is given no noise."""
        pairs = [(noise_rows(call), tree.flatten(call.outputs)[0]) for call in calls]
        rows = [(noise, flat_rows(samples)) for noise, samples in pairs if noise is not None and isinstance(samples, np.ndarray)]
        if not rows or len({(noise.shape[1], samples.shape[1]) for noise, samples in rows}) > 1:
            return None
        noise, samples = (np.concatenate(parts).astype("float64") for parts in zip(*rows, strict=True))
        different = np.unique(noise, axis=0, return_index=True)[1][:MOST]
        return noise[different], samples[different]


def _varied(rows: np.ndarray) -> np.ndarray:
    """Which numbers are noise: their values are not the same few in many rows."""
    return np.array([len(np.unique(column)) > VARIED * len(column) for column in rows.T], bool)


def _error_of_mean(rows: np.ndarray) -> float:
    """The standard error of the mean of all numbers, for rows that may depend on each other, as in an interpolation; columns do not."""
    return float(rows.mean(axis=0).std() / np.sqrt(rows.shape[1]))


def _with_arrays(call: Call) -> Call:
    def as_array(leaf: Any) -> Any:
        return leaf.numpy() if tf.is_tensor(leaf) else leaf

    return call._replace(inputs=tree.map_structure(as_array, call.inputs), outputs=tree.map_structure(as_array, call.outputs))
