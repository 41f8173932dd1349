"""With the doctor attached, every style of training leaves the same bytes: weights, optimizers, printed losses, later random numbers."""

from typing import Any

import keras
import pytest
import tensorflow as tf

from pipeline.doctor.attach import attach
from tests.doctor.tracing.compared import attached, differences, methods, trained
from tests.doctor.tracing.small_gans import BATCH, POINTS, STYLES, Gan, Parts, batches, compiled, fitted, say
from tests.sampled import sampled

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")  # what Keras says of a script is not the doctor's
FAST = ("fit_on_arrays",)


@pytest.mark.parametrize("name", sampled(STYLES, FAST))
def test_the_training_stays_the_same(name: str) -> None:
    expected = trained(STYLES[name])
    seen, _ = attached(STYLES[name])
    assert not differences(expected, seen)


def part_of_two() -> list[Any]:
    """Two trainings of one compiled model."""
    model = compiled(Gan(inside=lambda: [keras.layers.Dropout(0.2)]))
    fitted(model, batches(), epochs=4)
    return fitted(model, batches(), epochs=8)


def attached_in_the_middle() -> list[Any]:
    model = compiled(Gan(inside=lambda: [keras.layers.Dropout(0.2)]))
    fitted(model, batches(), epochs=4)
    with attach() as doctor:
        found = fitted(model, batches(), epochs=8)
        assert doctor.steps == 8 * 15
    return found


def closed_in_the_middle() -> list[Any]:
    model = compiled(Gan(inside=lambda: [keras.layers.Dropout(0.2)]))
    with attach() as doctor:
        fitted(model, batches(), epochs=4)
    found = fitted(model, batches(), epochs=8)
    assert doctor.steps == 4 * 15
    return found


@pytest.mark.slow
@pytest.mark.parametrize("middle", [attached_in_the_middle, closed_in_the_middle])
def test_the_doctor_may_come_and_go_between_two_trainings(middle: Any) -> None:
    assert not differences(trained(part_of_two), trained(middle))


def function_loop() -> list[Any]:
    parts = Parts()
    step = tf.function(parts.step)
    for number, batch in enumerate(batches().take(90)):
        say(number, *step(batch))
    return parts.all


@pytest.mark.slow
def test_two_doctors_at_once_change_nothing_and_leave_nothing_in_any_order() -> None:
    expected, originals = trained(function_loop), methods()
    for first_out in (0, 1):
        doctors = [attach(), attach()]
        assert not differences(expected, trained(function_loop))
        assert [doctor.steps for doctor in doctors] == [90, 90]
        doctors[first_out].close()
        assert not differences(expected, trained(function_loop))
        assert [doctor.steps for doctor in doctors][first_out] == 90
        doctors[1 - first_out].close()
        assert methods() == originals


def test_networks_that_only_draw_do_not_fill_the_memory() -> None:
    network = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    with attach() as doctor:
        for _ in range(1000):
            network(POINTS[:BATCH])
        assert len(doctor.session.host.record.calls) <= 401
