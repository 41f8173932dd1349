"""attach(): rare forms of a training that is healthy get no error, and nothing is certified that was not seen."""

from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from pipeline.doctor.attach import attach
from pipeline.doctor.report import Report
from pipeline.doctor.tracing.loop import MOST_GRADIENTS
from tests.doctor.tracing.small_gans import BATCH, POINTS, Parts, batches, in_graph

OPPOSITE = "the losses want high scores for real rows and low ones for samples, and the generator the opposite"


def errors(report: Report) -> list[str]:
    return [finding.id for finding in report.findings if finding.severity == "error"]


def test_one_real_row_at_a_time_is_no_constant_data() -> None:
    parts = Parts()
    step = in_graph(parts.step)
    with attach() as doctor:
        for row in POINTS[:70]:
            step(tf.constant(row[None]))
        report = doctor.report()
    assert errors(report) == []
    assert not any("real images vary" in sentence for sentence in report.checked)


def test_a_flag_that_says_which_network_is_trained_makes_two_steps_of_a_function() -> None:
    parts = Parts()

    @in_graph
    def train_step(real: Any, train_generator: bool) -> None:
        parts.discriminator_step(real)
        if train_generator:
            parts.generator_step()

    with attach() as doctor:
        for number, real in enumerate(batches().take(40)):
            train_step(real, number % 5 == 4)
        report, steps = doctor.report(), doctor.steps
    assert errors(report) == []
    assert [network["updated"] for network in report.networks] == [True, True]
    assert OPPOSITE in report.checked
    assert steps == 8


def test_a_training_in_two_functions_is_not_stopped_before_the_second_was_called() -> None:
    parts = Parts()
    critic, generator = in_graph(parts.discriminator_step), in_graph(parts.generator_step)
    with attach(stop_on="error") as doctor:
        for number, real in enumerate(batches().take(150)):
            critic(real)
            if number % 5 == 4:
                generator()
        assert errors(doctor.report()) == []


def test_a_discriminator_that_packs_rows_in_its_own_call_has_a_report() -> None:
    class Packing(keras.Model):
        def __init__(self) -> None:
            super().__init__()
            self.net = keras.Sequential([keras.layers.Dense(8, "relu"), keras.layers.Dense(1)])

        def call(self, rows: Any, training: bool | None = None) -> Any:
            return self.net(tf.reshape(rows, (-1, 2 * rows.shape[1])), training=training)

    parts = Parts()
    parts.discriminator = Packing()
    parts.discriminator(tf.zeros((BATCH, 2)))
    parts.optimizers[0] = keras.optimizers.Adam(1e-3)
    step = in_graph(parts.step)
    with attach() as doctor:
        for real in batches().take(30):
            step(real)
        report = doctor.report()
        assert (doctor.steps, doctor.failed) == (30, "")
    assert errors(report) == []


def test_two_gans_whose_networks_have_the_same_names_are_both_followed() -> None:
    both = [Parts(), Parts()]
    for parts in both:
        parts.generator.name, parts.discriminator.name = "generator", "discriminator"
    steps = [in_graph(parts.step) for parts in both]
    with attach() as doctor:
        for real in batches().take(30):
            for step in steps:
                step(real)
        report = doctor.report()
    assert len(report.networks) == 4
    assert errors(report) == []


def test_what_fails_in_the_doctor_is_said_where_nothing_else_can_be(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: Any) -> None:
        raise ValueError("an error of the doctor")

    monkeypatch.setattr("pipeline.doctor.attach.Followed", fails)
    parts = Parts()
    step = in_graph(parts.step)
    with attach() as doctor:
        for real in batches().take(3):
            step(real)
        assert doctor.steps == 0
        assert doctor.failed == f"{parts.generator.name} against {parts.discriminator.name}: ValueError: an error of the doctor"


def test_the_generators_loss_is_not_certified_before_it_was_seen() -> None:
    parts = Parts()
    critic = in_graph(parts.discriminator_step)
    with attach() as doctor:
        for real in batches().take(200):
            critic(real)
        report = doctor.report()
    assert OPPOSITE not in report.checked
    assert report.not_checked["what the generator's loss wants"] == "no update of the generator was seen in the steps that were looked at first"


@pytest.mark.parametrize("updates_itself", [False, True])
def test_gradients_without_an_optimizer_do_not_fill_the_memory(updates_itself: bool) -> None:
    network, points = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)]), tf.constant(POINTS)
    with attach() as doctor:
        for _ in range(3 * MOST_GRADIENTS):
            with tf.GradientTape() as tape:
                tape.watch(points)
                scores = network(points)
            sources = network.trainable_variables if updates_itself else points
            gradients = tape.gradient(scores, sources)
            for variable, gradient in zip(sources, gradients, strict=True) if updates_itself else ():
                variable.assign_sub(0.001 * gradient)
        record = doctor.session.host.record
        assert max(len(record.gradients), len(record.calls)) <= MOST_GRADIENTS + 1


def test_large_draws_outside_of_steps_are_not_kept() -> None:
    network = keras.Sequential([keras.Input((2,)), keras.layers.Dense(4)])
    with attach() as doctor:
        for _ in range(8):
            network(np.zeros((1_000_000, 2), "float32"))
        assert len(doctor.session.host.record.calls) <= 2
