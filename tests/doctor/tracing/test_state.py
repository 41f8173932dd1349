"""What a look restores."""

import random
import threading
from typing import Any

import numpy as np
import pytest
import tensorflow as tf

from pipeline.doctor.tracing import state
from pipeline.doctor.tracing.random_numbers import repeatable
from pipeline.doctor.tracing.second_trace import replayable
from pipeline.doctor.tracing.units import CannotReplayError


def test_every_variable_that_a_function_reads_or_writes_is_restored() -> None:
    variable, generator = tf.Variable([1.0, 2.0]), tf.random.Generator.from_seed(1)

    def change() -> Any:
        variable.assign_add(generator.normal((2,)))
        return variable

    traced = tf.function(change).get_concrete_function()
    before = variable.numpy(), generator.state.numpy()
    with state.preserved(replayable(traced)):
        traced()
        assert not np.array_equal(variable.numpy(), before[0])
    assert np.array_equal(variable.numpy(), before[0])
    assert np.array_equal(generator.state.numpy(), before[1])


def test_variables_are_restored_after_an_error() -> None:
    variable = tf.Variable(1.0)
    with pytest.raises(ZeroDivisionError), state.preserved({id(variable.handle): variable.handle}):
        variable.assign(2.0)
        raise ZeroDivisionError
    assert variable.numpy() == 1.0


def test_numbers_drawn_meanwhile_are_drawn_again() -> None:
    def draw() -> list[bytes]:
        return [
            np.asarray(value).tobytes() for value in (random.random(), np.random.normal(), tf.random.normal((2,)), tf.random.normal((2,), seed=3))
        ]

    tf.random.set_seed(1)
    states = random.getstate(), np.random.get_state()
    expected = draw()
    tf.random.set_seed(1)
    random.setstate(states[0])
    np.random.set_state(states[1])
    with state.preserved_random(), repeatable(tf.constant(0)):
        assert draw() != expected
    assert draw() == expected


@pytest.mark.skipif(
    not isinstance(np.random.mtrand._rand._bit_generator.lock, type(threading.RLock())), reason="this NumPy's lock would stop its own thread"
)
def test_a_thread_of_the_users_that_draws_from_numpy_waits() -> None:
    state_before, drawn = np.random.get_state(), list[float]()
    thread = threading.Thread(target=lambda: drawn.extend(np.random.normal(size=3)))
    with state.preserved_random():
        thread.start()
        thread.join(0.05)
        assert not drawn
    thread.join()
    np.random.set_state(state_before)
    assert drawn == list(np.random.normal(size=3))


QUEUE = tf.queue.FIFOQueue(3, tf.float32)
NUMBERS = iter(tf.data.Dataset.range(9, output_type=tf.int32))


def writes_a_file() -> None:
    tf.io.write_file("nowhere", "content")


def calls_python() -> Any:
    return tf.py_function(lambda: 1.0, [], tf.float32)


def takes_from_a_queue() -> Any:
    return QUEUE.dequeue()


def may_take_from_a_queue() -> Any:
    return tf.cond(tf.random.uniform(()) < 0.5, takes_from_a_queue, lambda: 0.0)


def draws_data_in_a_loop() -> Any:
    total = tf.constant(0)
    for _ in tf.range(3):
        total += next(NUMBERS)
    return total


def prints() -> None:
    tf.print("said")


@pytest.mark.parametrize("lasting", [writes_a_file, calls_python, takes_from_a_queue, may_take_from_a_queue, draws_data_in_a_loop, prints])
def test_a_function_whose_effects_cannot_be_undone_is_refused(lasting: Any) -> None:
    with pytest.raises(CannotReplayError, match="more than variables"):
        replayable(tf.function(lasting).get_concrete_function())


def test_ordinary_steps_are_not_refused() -> None:
    variable = tf.Variable([1.0, 2.0])

    def step() -> Any:
        for _ in tf.range(3):
            variable.assign_add(tf.random.normal((2,)))
            tf.debugging.assert_all_finite(variable, "")
        variable.scatter_nd_update([[0]], [1.0])
        return tf.map_fn(lambda value: value + tf.random.truncated_normal(()), variable)

    assert list(replayable(tf.function(step).get_concrete_function())) == [id(variable.handle)]
