"""What both networks are given: real rows, samples, latents and conditions."""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from keras import tree

from pipeline.doctor.evidence.step_recorder import FAKE, REAL
from pipeline.doctor.tracing.losses import Losses
from pipeline.doctor.tracing.origins import Given
from pipeline.doctor.tracing.record import Call

Evidence = dict[str, Any]


def describe_data(given: Sequence[Given], losses: Losses, drawn: set[bytes]) -> Evidence | None:
    """The range of real rows, and of samples as the discriminator is given them in either turn.

    Args:
        given: the discriminator's calls.
        losses: which of them belong to which turn.
        drawn: all rows that the generator drew.
    """
    real = [one.images(REAL) for one in given if (one.kinds == REAL).any()]
    if not real:
        return None
    images = np.concatenate(real)
    found: Evidence = {"low": float(images.min()), "high": float(images.max())}
    if max(map(len, real)) > 1:  # a step with one real row at a time may give the same one twice
        found["sd_between"] = float(images.std(axis=0).mean())
    for turn, names in (
        ("discriminator", ("samples_range", "samples_as_drawn")),
        ("generator", ("generators_turn_range", "generators_turn_as_drawn")),
    ):
        fake = [one.images(FAKE) for one in losses.calls_in_turn(turn) if (one.kinds == FAKE).any()]
        if fake:
            rows = np.concatenate(fake)
            found[names[0]] = [float(rows.min()), float(rows.max())]
            found[names[1]] = all(row.tobytes() in drawn for row in flat_rows(rows))
            if turn == "discriminator" and all(mask.ndim < 2 for mask in given[0].image if mask.any()) and rows.shape[1:] == images.shape[1:]:
                found["widest_column"] = _widest_column(images, rows)
    return found


def _widest_column(real: np.ndarray, fake: np.ndarray) -> dict[str, float]:
    """The column of a table in which real rows are spread the widest: their spread, that of samples, and the spread of a column in the middle."""
    spreads = real.astype("float64").std(axis=0)
    widest = int(spreads.argmax())
    return {"column": widest, "sd": float(spreads[widest]), "sd_of_samples": float(fake[:, widest].std()), "middle_sd": float(np.median(spreads))}


def describe_latents(calls: Iterable[Call]) -> Evidence | None:
    """The lowest number that the generator is given."""
    floats = [leaf for call in calls for leaf in tree.flatten(call.inputs) if isinstance(leaf, np.ndarray) and leaf.dtype.kind == "f"]
    return {"low": float(min(leaf.min() for leaf in floats))} if floats else None


def describe_conditions(given: Sequence[Given], losses: Losses, calls: Sequence[Call]) -> Evidence | None:
    """Which parts of the generator's input are the same in all rows, while others vary; and whether what stands beside real rows varies."""
    inputs = [columns_of(call) for one in losses.calls_in_turn("generator") for call in _drawn_for(one, calls)]
    inputs = [rows for rows in inputs if rows.size and len(rows) > 1]
    if not inputs:
        return None
    constant = np.all([(rows == rows[0]).all(axis=0) for rows in inputs if rows.shape == inputs[0].shape], axis=0)
    values = [rows[0][constant] for rows in inputs if rows.shape == inputs[0].shape]
    same = constant.any() and not constant.all() and all(np.array_equal(value, values[0]) for value in values)
    same &= bool(values[0].any()) or _has_constant_leaf(inputs[0], calls[0], constant)  # a class that never occurs is a column of zeros
    vary = any(_beside(one).size and (_beside(one) != _beside(one)[:1]).any() for one in given if (one.kinds == REAL).any())
    return {
        "constant": int(constant.sum()) if same else 0,
        "value": values[0].tolist() if same else [],
        "real_conditions_vary": bool(vary),
        "looks": 1,
    }


def _has_constant_leaf(rows: np.ndarray, call: Call, constant: np.ndarray) -> bool:
    """Whether all columns of one of a network's inputs are constant."""
    sizes = [flat_rows(leaf).shape[1] for leaf in tree.flatten(call.inputs) if isinstance(leaf, np.ndarray) and leaf.ndim]
    parts = np.split(constant, np.cumsum(sizes)[:-1]) if sum(sizes) == rows.shape[1] else []
    return any(part.size and part.all() for part in parts)


def _drawn_for(one: Given, calls: Sequence[Call]) -> list[Call]:
    """The generator's calls before a call of the discriminator, with no update in between."""
    before = one.look.record.calls[: one.number]
    return [call for call in before if call.turn == one.call.turn and any(call is other for other in calls)]


def flat_rows(array: Any) -> np.ndarray:
    """One row of float32 numbers for each row of an array."""
    array = np.asarray(array, "float32")
    return np.ascontiguousarray(array.reshape(len(array), int(np.prod(array.shape[1:]))))


def columns_of(call: Call) -> np.ndarray:
    """All numbers that a network is given, (n, numbers)."""
    leaves = [leaf for leaf in tree.flatten(call.inputs) if isinstance(leaf, np.ndarray) and leaf.ndim]
    return np.concatenate([flat_rows(leaf) for leaf in leaves], axis=1) if leaves and len({len(leaf) for leaf in leaves}) == 1 else np.zeros((0, 0))


def _beside(one: Given) -> np.ndarray:
    """What real rows have besides the image, (n, numbers)."""
    real = one.kinds == REAL
    parts = [flat_rows(leaf[real])[:, ~np.ravel(mask)] for leaf, mask in zip(tree.flatten(one.call.inputs), one.image, strict=True)]
    return np.concatenate(parts, axis=1)
