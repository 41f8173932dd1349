"""Which call of the generator drew each sample that a discriminator is given, and from which row of its inputs."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

import keras
import numpy as np
from keras import tree

from pipeline.doctor.evidence.step_recorder import FAKE
from pipeline.doctor.tracing.inputs import flat_rows
from pipeline.doctor.tracing.origins import Given
from pipeline.doctor.tracing.record import Call


class Drawn(NamedTuple):
    """Samples that a discriminator is given, with what they were drawn from.

    Attributes:
        given: the call of the discriminator.
        rows: its rows that are samples, (n,).
        call: the call of the generator that drew them.
        places: the rows of that call, (n,).
    """

    given: Given
    rows: np.ndarray
    call: Call
    places: np.ndarray


def drawn(given: Iterable[Given], generator: keras.Layer) -> Iterator[Drawn]:
    """For each call of the discriminator the samples in it; a call is left out if it is not certain which row was drawn where."""
    for one in given:
        images = flat_rows(one.images(FAKE))
        calls = [call for call in one.look.record.calls[: one.number] if call.network is generator]
        for call in reversed(calls):  # the latest is the likeliest
            places = _places(images, _outputs(call))
            if places is not None:
                yield Drawn(one, np.flatnonzero(one.kinds == FAKE), call, places)
                break


def _places(images: np.ndarray, outputs: np.ndarray) -> np.ndarray | None:
    """The row of `outputs` that each image is; if images were changed on their way, the nearest row, if it is another one for each image."""
    if len(images) < 2 or images.shape[1:] != outputs.shape[1:]:
        return None
    exact = {row.tobytes(): place for place, row in enumerate(outputs)}
    if all(row.tobytes() in exact for row in images):
        return np.array([exact[row.tobytes()] for row in images]) if len(exact) == len(outputs) else None
    if len(images) != len(outputs):
        return None
    distances = (images**2).sum(axis=1)[:, None] + (outputs**2).sum(axis=1) - 2 * images @ outputs.T
    nearest = distances.argmin(axis=1)
    return nearest if len(set(nearest)) == len(nearest) else None


def _outputs(call: Call) -> np.ndarray:
    leaves = [leaf for leaf in tree.flatten(call.outputs) if isinstance(leaf, np.ndarray) and leaf.ndim]
    same = leaves and len({len(leaf) for leaf in leaves}) == 1
    return np.concatenate([flat_rows(leaf) for leaf in leaves], axis=1) if same else np.zeros((0, 0), "float32")
