"""Labels among the numbers that networks are given, whatever form they have: columns in which rows are alike."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from keras import tree

from pipeline.doctor.tracing.inputs import columns_of, flat_rows
from pipeline.doctor.tracing.look import Look, Observed
from pipeline.doctor.tracing.losses import Losses
from pipeline.doctor.tracing.origins import Given
from pipeline.doctor.tracing.record import Gradient
from pipeline.doctor.tracing.roles import Pair

MOST_COLUMNS = 16384  # what is wider is an image of data, and looking for labels in it takes seconds
REPEATED = 0.75  # of the rows, at most, are different in what is a label: noise has another number in every row


def labels(rows: np.ndarray) -> np.ndarray | None:
    """A number for each row, the same for rows that are alike in all columns whose values repeat; None if there is no such label."""
    if len(rows) < 2 or rows.shape[1] > MOST_COLUMNS:
        return None
    repeat = repeats(rows)
    return numbered(rows[:, repeat]) if repeat.any() else None


def repeats(rows: np.ndarray) -> np.ndarray:
    """Which columns have values that repeat, and more than one."""
    different = 1 + (np.diff(np.sort(rows, axis=0), axis=0) != 0).sum(axis=0)
    return np.asarray((different > 1) & (different <= REPEATED * len(rows)))


def numbered(rows: np.ndarray) -> np.ndarray | None:
    """A number for each row, the same for rows that are alike; None if all are, or hardly any."""
    known: dict[bytes, int] = {}
    numbers = np.array([known.setdefault(row.tobytes(), len(known)) for row in np.ascontiguousarray(rows)])
    return numbers if 1 < len(known) <= REPEATED * len(rows) else None


def beside(given: Given, rows: np.ndarray) -> Iterator[tuple[int, np.ndarray]]:
    """What stands beside the image in some rows of each leaf of the discriminator's input."""
    for leaf, (values, mask) in enumerate(zip(tree.flatten(given.call.inputs), given.image, strict=True)):
        numbers = flat_rows(values[rows])[:, ~np.ravel(mask)]
        if numbers.size:
            yield leaf, numbers


def labels_not_judged(given: Sequence[Given], losses: Losses, pair: Pair, looks: Sequence[Observed]) -> int:
    """How many labels samples are drawn for, if nothing that trains the generator could depend on them; 0 where something may.

    The discriminator sees the image alone and answers with one number; and no loss reaches the samples but through it.
    """
    turn = losses.calls_in_turn("generator")
    if not turn or any((~mask).any() for one in given for mask in one.image) or any(_outputs(one) != 1 for one in given):
        return 0
    found = 0
    for look in looks:
        calls = {number: call for number, call in enumerate(look.record.calls) if call.network is pair.generator}
        if not calls:
            continue
        if not isinstance(look, Look) or not look.replaceable:
            return 0
        of_rows = [labels(columns_of(call)) for call in calls.values()]
        found = max([found, *(len(set(numbers.tolist())) for numbers in of_rows if numbers is not None)])
        if found and any(_reaches(gradient.at.get(number), losses, gradient.variables) for gradient in _held(look, pair) for number in calls):
            return 0
    return found


def _held(look: Look, pair: Pair) -> list[Gradient]:
    """The gradients while the discriminator's outputs stay the same: those that reach samples some other way."""
    return look.run(look.held([pair.discriminator])).gradients


def _reaches(at: list[list[Any]] | None, losses: Losses, variables: list[int]) -> bool:
    mine = losses.variables["generator"] & set(variables)
    return bool(mine) and any(np.any(part) for parts in at or [] for part in parts if part is not None)


def _outputs(one: Given) -> int:
    leaves = tree.flatten(one.call.outputs)
    return len(leaves) * max(int(np.shape(leaf)[-1]) if np.ndim(leaf) > 1 else 1 for leaf in leaves)
