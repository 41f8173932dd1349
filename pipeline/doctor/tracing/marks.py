"""Follows rows through operations that run eagerly: which rows of a tensor come from the data, and which from a network.

TensorFlow tells a callback of every operation that has run. A row of an output comes from wherever the same row of an input comes from; where rows
cannot be distinguished, from wherever any of them does.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import numpy as np
import tensorflow as tf
from tensorflow.python.framework import op_callbacks  # what TensorFlow's own debugger uses

from pipeline.doctor.tracing.guard import Guard

SUBJECT = "where rows of an eager step come from"
DATA = 1  # the mark of rows that come from outside; networks have the marks 2, 4, 8, ...
RANDOM = ("Random", "Stateless", "Truncated", "Multinomial")
WITHOUT_ROWS = ("ReadVariableOp", "Shape", "OnesLike", "ZerosLike", "Fill")


class Marks:
    """The marks of all tensors that were made while following."""

    def __init__(self, guard: Guard) -> None:
        self.guard = guard
        self.of: dict[int, np.ndarray] = {}  # a tensor's id -> a sum of marks for each row
        self.networks: dict[int, int] = {}  # a network's id -> its mark
        self._alive: list[Any] = []  # an id is only good while its tensor lives

    @contextmanager
    def following(self) -> Iterator[None]:
        """Follow all eager operations for the length of the `with` block."""

        def ran(*given: Any, **named: Any) -> None:  # an error in it would reach the operation that the user called
            with self.guard.part(SUBJECT):
                self._ran(*given, **named)

        op_callbacks.add_op_callback(ran)
        try:
            yield
        finally:
            with suppress(KeyError):  # it is gone where TensorFlow's context was made anew
                op_callbacks.remove_op_callback(ran)

    def rows(self, leaf: Any) -> np.ndarray:
        """The marks of a tensor's rows; what was not made by an operation is data."""
        count = int(leaf.shape[0]) if len(leaf.shape) else 1
        return self.of.get(id(leaf), np.full(count, DATA if leaf.dtype not in (tf.resource, tf.variant) else 0))

    def mark(self, network: Any, outputs: list[Any]) -> None:
        """A network has given these outputs: whatever went into them, they come from the network."""
        mark = self.networks.setdefault(id(network), 2 ** (len(self.networks) + 1))
        for leaf in outputs:
            self._put(leaf, np.full(int(leaf.shape[0]) if len(leaf.shape) else 1, mark))

    def _ran(self, kind: str | bytes, inputs: Any, attributes: Any, outputs: Any, op_name: Any = None, graph: Any = None) -> None:
        if graph is not None:
            return
        for output in outputs:
            self._put(output, self._marks(kind.decode() if isinstance(kind, bytes) else kind, inputs, output))

    def _marks(self, kind: str, inputs: Any, output: Any) -> np.ndarray:
        """The marks of an operation's output."""
        count = int(output.shape[0]) if len(output.shape) else 1
        if kind == "IteratorGetNext":
            return np.full(count, DATA)
        if kind.startswith(RANDOM) or kind in WITHOUT_ROWS:
            return np.zeros(count, int)
        if kind == "ConcatV2" and int(inputs[-1]) in (0, -len(output.shape)):
            return np.concatenate([self.rows(leaf) for leaf in inputs[:-1]])
        found = np.zeros(count, int)
        for leaf in inputs:
            if leaf.dtype != tf.resource:
                marks = self.rows(leaf)
                if len(marks) == count:
                    found |= marks
                elif len(leaf.shape) > 1:  # vectors of another length are sizes, positions or constants
                    found |= np.bitwise_or.reduce(marks)
        return found

    def _put(self, leaf: Any, marks: np.ndarray) -> None:
        self.of[id(leaf)] = marks
        self._alive.append(leaf)
