"""Lines of the user's code."""

import inspect
from pathlib import Path
from typing import Any

import keras
import pytest
import tensorflow as tf

from pipeline.doctor.tracing import places
from pipeline.doctor.tracing.places import Place, caller_place, operation_place, user_place


def line() -> int:
    """The line that calls this."""
    frame = inspect.currentframe()
    assert frame is not None
    assert frame.f_back is not None
    return frame.f_back.f_lineno


def test_the_innermost_line_of_the_users_is_found() -> None:
    assert (user_place(), caller_place()) == (Place(__file__, line()), Place(__file__, line()))


def test_lines_of_keras_between_do_not_count() -> None:
    found: list[Any] = []

    def keep(values: Any) -> Any:
        found.append(user_place())
        return values

    keras.layers.Lambda(keep)(tf.ones(1))
    assert found == [Place(__file__, inspect.getsourcelines(keep)[1] + 1)]


def test_the_line_of_an_operation_is_that_of_the_source_not_of_autographs_copy() -> None:
    lines: list[int] = []

    def double(value: Any) -> Any:
        if tf.reduce_sum(value) > 0:
            value = value + 1.0
        lines.append(line() + 1)
        return value * 2.0

    graph = tf.function(double).get_concrete_function(tf.TensorSpec((2,), tf.float32)).graph
    made = [operation_place(operation) for operation in graph.get_operations() if operation.type == "Mul"]
    assert made == [Place(__file__, inspect.getsourcelines(double)[1] + 4)]


def test_a_place_is_written_from_the_folder_in_which_the_process_began(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(places, "START", tmp_path)
    assert str(Place(str(tmp_path / "gan.py"), 3)) == "gan.py:3"
    assert str(Place("/elsewhere/gan.py", 3)) == "/elsewhere/gan.py:3"
