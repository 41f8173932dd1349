"""Saves and restores everything that a training step changes or draws from, so that a look leaves nothing behind."""

import random
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from typing import Any, NamedTuple

import numpy as np
import tensorflow as tf
from tensorflow.python.eager import context

Values = Mapping[int, tf.Tensor]  # a handle's id -> the variable's value
Variables = dict[int, tuple[int, tf.Tensor, tf.Tensor]]  # a handle's id -> the variable's id, the handle, the value


class Change(NamedTuple):
    """How far one training step has moved a variable, and how large it was before: Euclidean norms."""

    step: float
    size: float


def resource_variables(function: Any) -> dict[int, tf.Tensor]:
    """The handles of all variables that a traced function reads or writes, by id."""
    handles = {}
    for outer, _ in function.graph.captures:
        if outer.dtype == tf.resource and _value_dtype(outer) is not None:
            handles[id(outer)] = outer
    return handles


def read(handles: Iterable[tf.Tensor]) -> dict[int, tf.Tensor]:
    """The values of variables, by their handle's id."""
    return {id(handle): tf.raw_ops.ReadVariableOp(resource=handle, dtype=_value_dtype(handle)) for handle in handles}


def changes(before: Variables) -> dict[int, Change]:
    """What happened since to the variables that have changed, by the variable's id; not finite where a value is not."""
    now = read(handle for _, handle, _ in before.values())
    pairs = {place: (value.numpy(), now[key].numpy()) for key, (place, _, value) in before.items()}
    return {place: _change(one, other) for place, (one, other) in pairs.items() if one.tobytes() != other.tobytes()}


def _change(before: np.ndarray, after: np.ndarray) -> Change:
    one, other = (np.ravel(array if array.dtype == np.float32 else array.astype("float64")) for array in (before, after))
    step = other - one
    return Change(float(np.sqrt(np.dot(step, step))), float(np.sqrt(np.dot(one, one))))


@contextmanager
def preserved(handles: Mapping[int, tf.Tensor]) -> Iterator[None]:
    """Restore these variables at the end of the `with` block."""
    values = read(handles.values())
    try:
        yield
    finally:
        write(handles, values)


@contextmanager
def preserved_random() -> Iterator[None]:
    """Restore the random generators of Python, NumPy and TensorFlow's eager operations; those of Keras are variables.

    Only needed where Python runs. Threads that draw from NumPy, as for the user's data, wait meanwhile: their numbers would be drawn twice.
    """
    eager, lock = getattr(context.context(), "_rng", None), np.random.mtrand._rand._bit_generator.lock
    with lock if isinstance(lock, type(threading.RLock())) else nullcontext():  # older versions of NumPy have one that would stop this thread, too
        states = random.getstate(), np.random.get_state(), eager.getstate() if eager else None
        try:
            yield
        finally:
            random.setstate(states[0])
            np.random.set_state(states[1])
            if eager:
                eager.setstate(states[2])


def write(handles: Mapping[int, tf.Tensor], values: Values) -> None:
    """Assign values to those of the variables that have one."""
    for place, handle in handles.items():
        if place in values:
            tf.raw_ops.AssignVariableOp(resource=handle, value=values[place])


def _value_dtype(handle: tf.Tensor) -> tf.DType | None:
    """The type of a variable's values; None if the resource is no variable that holds one."""
    data: Any = getattr(handle, "_handle_data", None)
    if data is None or not data.is_set or not data.shape_and_type:
        return None
    return tf.as_dtype(data.shape_and_type[0].dtype)
