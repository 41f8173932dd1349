"""Where each row that a discriminator is given comes from: found by changing the generator's output or the data and watching which rows move."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from keras import tree

from pipeline.doctor.evidence.step_recorder import FAKE, OTHER, REAL
from pipeline.doctor.tracing.look import Look, Observed
from pipeline.doctor.tracing.marks import DATA
from pipeline.doctor.tracing.record import Call, Record
from pipeline.doctor.tracing.roles import Pair, matching_rows

OTHER_KEY = 1009  # added to the key of a step's random numbers
Masks = list[np.ndarray]  # for each leaf of an input, which elements of which rows


class Given(NamedTuple):
    """One call of a discriminator, with the origin of its rows.

    Attributes:
        look: the look that it is a part of.
        number: its number there.
        call: the call, with arrays.
        kinds: real, fake or other, (n,).
        image: for each leaf of the input, which elements of a row are the image: where a generator's output arrives.
    """

    look: Observed
    number: int
    call: Call
    kinds: np.ndarray
    image: Masks

    def images(self, kind: str) -> np.ndarray:
        """The image part of the rows of one kind, (n, elements)."""
        leaves = [leaf[self.kinds == kind][:, mask] for leaf, mask in zip(_leaves(self.call), self.image, strict=True) if mask.ndim and mask.any()]
        return (
            np.concatenate([np.reshape(leaf, (len(leaf), int(np.prod(leaf.shape[1:])))) for leaf in leaves], axis=1) if leaves else np.zeros((0, 0))
        )


def given_again(looks: Sequence[Observed], known: Sequence[Given], pair: Pair) -> list[Given]:
    """The same for later looks at the same traces: rows come from where they came from before, so that nothing need be changed to find it."""
    image = next((one.image for one in known), [])
    found = []
    for look in looks:
        kinds = {one.number: one.kinds for one in known if isinstance(look, Look) and isinstance(one.look, Look) and one.look.traces is look.traces}
        if kinds and any(call.network is pair.generator for call in look.record.calls):
            found += [Given(look, number, look.record.calls[number], of, image) for number, of in kinds.items()]
        else:
            found += [one._replace(image=image) for one in given_rows([look], pair, image)]
    return found


def given_rows(looks: Sequence[Observed], pair: Pair, image: Masks | None = None) -> list[Given]:
    """All calls of a pair's discriminator, with the origin of their rows; `image`, if it is known already, is where samples arrive."""
    moved = [(look, number, *masks) for look in looks for number, masks in _masks(look, pair).items()]
    image = image or _union([samples for _, _, samples, _ in moved])
    return [Given(look, number, look.record.calls[number], _kinds(samples, data, image), image) for look, number, samples, data in moved if image]


def _masks(look: Observed, pair: Pair) -> dict[int, tuple[Masks, Masks]]:
    """For each call of the discriminator, the elements that move with the generator's output, and with the data."""
    calls = {n: call for n, call in enumerate(look.record.calls) if call.network is pair.discriminator and _leaves(call)}
    inside = any(call.network is pair.generator for call in look.record.calls)
    if isinstance(look, Look) and inside and look.replaceable:
        samples = _moved(look.record, look.run(look.perturbed([pair.generator])), calls)
        data = _moved(look.record, look.run(look.held([pair.generator]), look.other_data()), calls)
        if not all(_any(samples[number]) or _any(data[number]) for number in calls):  # the step draws its rows itself
            drawn = _moved(look.record, look.run(look.held([pair.generator]), key=look.step + OTHER_KEY), calls)
            data = {number: data[number] if _any(samples[number]) or _any(data[number]) else drawn[number] for number in calls}
        return {number: (samples[number], data[number]) for number in calls}
    if isinstance(look, Look) and inside:
        return {}
    if look.marks:
        mark = look.network_marks.get(id(pair.generator), 0)
        return {number: _marked(call, look.marks[number], mark) for number, call in calls.items() if number in look.marks}
    return {number: _matched(call, [rows for network, rows in look.hosted if network is pair.generator]) for number, call in calls.items()}


def _any(masks: Masks) -> bool:
    return any(mask.any() for mask in masks)


def _moved(before: Record, after: Record, calls: dict[int, Call]) -> dict[int, Masks]:
    return {
        number: [_different(one, other) for one, other in zip(_leaves(before.calls[number]), _leaves(after.calls[number]), strict=True)]
        for number in calls
    }


def _different(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    if one.dtype.kind != "f":
        return np.asarray(one != other)
    return np.abs(one - other) > 1e-6 * (np.abs(one).max() + 1e-12)


def _marked(call: Call, marks: list[np.ndarray], mark: int) -> tuple[Masks, Masks]:
    """The same for a step that ran eagerly: elements of a row are not distinguished, so a sample with a real label beside it is a sample."""
    parts = list(zip(_leaves(call), marks, strict=True))
    return [_whole_rows(leaf, rows & mark > 0) for leaf, rows in parts], [
        _whole_rows(leaf, (rows & DATA > 0) & (rows & mark == 0)) for leaf, rows in parts
    ]


def _whole_rows(leaf: np.ndarray, rows: np.ndarray) -> np.ndarray:
    return np.broadcast_to(rows.reshape((-1,) + (1,) * (leaf.ndim - 1)), leaf.shape)


def _matched(call: Call, samples: list[np.ndarray]) -> tuple[Masks, Masks]:
    """The same for a discriminator that is given arrays made outside: rows that are a generator's are samples, all others are taken for data."""
    leaves = _leaves(call)
    fake = np.zeros(len(leaves[0]), bool)
    for array in samples:
        fake |= matching_rows(call, array)
    shapes = {array.shape[1:] for array in samples}
    of = [np.broadcast_to(fake.reshape((-1,) + (1,) * (leaf.ndim - 1)), leaf.shape) & (leaf.shape[1:] in shapes) for leaf in leaves]
    return of, [~mask for mask in of]


def _union(masks: list[Masks]) -> Masks:
    if not masks:
        return []
    return [np.any([mask[place].any(axis=0) for mask in masks], axis=0) for place in range(len(masks[0]))]


def _kinds(samples: Masks, data: Masks, image: Masks) -> np.ndarray:
    rows = len(samples[0])
    of_generator, of_data = np.zeros(rows, bool), np.zeros(rows, bool)
    for moved, by_data, part in zip(samples, data, image, strict=True):
        if part.ndim and part.any():
            of_generator |= moved[:, part].reshape(rows, -1).any(axis=1)
            of_data |= by_data[:, part].reshape(rows, -1).any(axis=1)
    return np.where(of_generator & ~of_data, FAKE, np.where(of_data & ~of_generator, REAL, OTHER))


def _leaves(call: Call) -> list[np.ndarray]:
    leaves = tree.flatten(call.inputs)
    return leaves if all(isinstance(leaf, np.ndarray) and leaf.ndim for leaf in leaves) else []
