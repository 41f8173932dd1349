"""Where a step of a loop ends that nobody marks."""

from typing import Any

import keras
import pytest
import tensorflow as tf

from pipeline.doctor.tracing.guard import Guard
from pipeline.doctor.tracing.look import Observed
from pipeline.doctor.tracing.loop import Loop

CRITIC, GENERATOR = [tf.Variable(0.0)], [tf.Variable(0.0)]


def counted(updates: list[list[Any]]) -> list[int]:
    """The number of steps after each update."""
    loop = Loop(Guard(), dict, lambda step: None)
    steps = []
    for variables in updates:
        loop.update(None, [], variables)
        loop.updated()
        steps.append(loop.steps)
    return steps


@pytest.mark.parametrize("critics", [1, 2, 5])
def test_a_step_is_all_updates_of_the_critic_and_the_generators(critics: int) -> None:
    step = [CRITIC] * critics + [GENERATOR]
    steps = counted(step * 5)
    assert steps[len(step) :: len(step)] == [1, 2, 3, 4]  # the first is known to have ended when the second begins
    assert steps[-1] == 5


def test_updates_of_the_same_variables_are_a_step_each() -> None:
    assert counted([CRITIC] * 20)[-1] >= 13


def test_a_script_can_say_where_a_step_ends() -> None:
    loop = Loop(Guard(), dict, lambda step: None)
    for _ in range(3):
        loop.update(None, [], CRITIC)
        loop.updated()
        loop.end_step()
    loop.end_step()  # nothing was updated since
    assert loop.steps == 3


def test_the_third_step_is_observed_from_its_beginning() -> None:
    network, seen = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)]), list[Observed]()
    value = network.layers[0].kernel.value
    loop = Loop(Guard(), lambda: {id(value.handle): (id(value), value.handle, tf.identity(value))}, seen.append)
    for _ in range(4):
        loop.begin_call()
        outputs = loop.end_call(network, tf.ones((3, 2)), network(tf.ones((3, 2))))
        assert loop.outputs_so_far([value]) == ({0: [[outputs]]} if loop.gradients else {})
        value.assign_add(tf.ones((2, 1)))
        loop.update(None, [None], [value])
        loop.updated()
        loop.end_step()
    assert len(seen) == 1
    assert [call.network for call in seen[0].record.calls] == [network]
    assert seen[0].moved == {id(value)}


def test_what_is_forgotten_keeps_the_numbers_of_the_others_right() -> None:
    outer, inner = (keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)]) for _ in range(2))
    loop = Loop(Guard(), dict, lambda step: None)
    for _ in range(4):
        loop.begin_call()
        loop.begin_call()
        loop.end_call(inner, (), ())
        loop.end_call(outer, (), ())
    loop.forget(3)
    assert [(call.network, call.parent) for call in loop.record.calls] == [(outer, -1), (inner, 0)]
