"""The callback needs no networks, no batch and no probe, changes no byte of what is trained, and leaves nothing behind."""

from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from benchmarks.diagnosis.home.guide_gan import GuideGAN, make_discriminator, make_generator
from pipeline.doctor.callback import Doctor

IMAGES = np.random.default_rng(0).uniform(-1, 1, (96, 28, 28, 1)).astype("float32")
HOOKED = [
    (keras.Layer, "__call__"),
    (keras.layers.BatchNormalization, "call"),
    (keras.Model, "make_train_function"),
    (tf.GradientTape, "gradient"),
    (keras.optimizers.Optimizer, "apply"),
]


def guide_gan(activation: str | None = None) -> GuideGAN:
    keras.utils.set_random_seed(0)
    gan = GuideGAN(make_generator(), make_discriminator(activation))
    gan.compile(keras.optimizers.Adam(0.0003, 0.5), keras.optimizers.Adam(0.0003, 0.5), raw_logistic)
    return gan


def raw_logistic(labels: tf.Tensor, outputs: tf.Tensor) -> tf.Tensor:
    """It does not recover logits from the outputs of a sigmoid, as Keras' own loss does."""
    return tf.reduce_mean(tf.nn.sigmoid_cross_entropy_with_logits(labels, outputs))


def fit(gan: GuideGAN, *callbacks: keras.callbacks.Callback, epochs: int = 2, **named: Any) -> keras.callbacks.History:
    return gan.fit(IMAGES, batch_size=16, epochs=epochs, callbacks=list(callbacks), verbose=0, shuffle=False, **named)


def hooks() -> list[Any]:
    return [getattr(kind, name) for kind, name in HOOKED]


@pytest.mark.slow
def test_a_healthy_gan_is_trained_to_the_same_bytes_and_nothing_is_left_behind() -> None:
    before = hooks()
    doctor, followed, alone = Doctor(), guide_gan(), guide_gan()
    history = fit(followed, doctor)
    assert hooks() == before
    assert "_fed" not in followed.train_function.__qualname__  # its own compiled step
    assert history.history == fit(alone).history
    for one, other in zip(followed.variables, alone.variables, strict=True):
        assert np.array_equal(one.numpy(), other.numpy()), one.path
    report = doctor.report()
    assert [finding for finding in report.findings if finding.severity == "error"] == []
    assert {network["role"] for network in report.networks} == {"generator", "discriminator"}
    assert doctor.stopped_by is None


@pytest.mark.slow
def test_an_error_is_printed_before_and_after_and_ends_the_training_where_asked(capsys: pytest.CaptureFixture[str]) -> None:
    doctor = Doctor(stop_on="error", title="mine")
    history = fit(guide_gan("sigmoid"), doctor, epochs=3)
    assert doctor.stopped_by == "double_activation"
    assert len(history.epoch) == 1
    before, after = capsys.readouterr().out.split("mine, after 1 epoch:")
    assert before.startswith("mine, before training:")
    assert "double activation" in before
    assert "double activation" in after


@pytest.mark.slow
def test_without_a_title_nothing_is_printed_and_without_being_asked_nothing_is_stopped(capsys: pytest.CaptureFixture[str]) -> None:
    doctor = Doctor()
    history = fit(guide_gan("sigmoid"), doctor, epochs=3)
    assert [finding.id for finding in doctor.findings] == ["double_activation"]
    assert (len(history.epoch), doctor.stopped_by, capsys.readouterr().out) == (3, None, "")


class Fails(keras.callbacks.Callback):
    """Ends `fit` by an error after a few steps."""

    def on_train_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        if batch == 3:
            raise RuntimeError("the user's own error")


@pytest.mark.slow
@pytest.mark.parametrize("how", ["closed", "forgotten", "used again"])
def test_after_a_fit_that_raised_the_doctor_still_reports_and_can_be_closed(how: str) -> None:
    before, gan, doctor = hooks(), guide_gan("sigmoid"), Doctor()
    with pytest.raises(RuntimeError, match="the user's own error"):
        fit(gan, doctor, Fails())
    assert [finding.id for finding in doctor.findings] == ["double_activation"]
    if how == "closed":
        doctor.close()
    elif how == "used again":
        fit(gan, doctor)
        assert [finding.id for finding in doctor.findings] == ["double_activation"]
    else:
        del doctor
    assert hooks() == before


@pytest.mark.slow
def test_an_error_of_the_doctor_is_noted_and_ends_no_training(monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(*_: Any) -> None:
        raise ValueError("the doctor's own error")

    doctor = Doctor(stop_on="error", title="mine")
    monkeypatch.setattr("pipeline.doctor.callback.print_findings", failing)
    assert len(fit(guide_gan(), doctor).epoch) == 2
    assert "ValueError: the doctor's own error" in doctor.report().not_checked.values()


@pytest.mark.slow
def test_a_model_that_was_trained_before_is_followed_too() -> None:
    gan, doctor = guide_gan("sigmoid"), Doctor()
    fit(gan)
    fit(gan, doctor)
    assert [finding.id for finding in doctor.findings] == ["double_activation"]


def test_before_fit_there_is_nothing_to_report() -> None:
    doctor = Doctor()
    assert doctor.findings == []
    assert doctor.report().not_checked == {"the training": "fit has not begun"}


@pytest.mark.slow
def test_steps_in_one_call_are_followed_as_far_as_they_can_be() -> None:
    doctor, gan = Doctor(), guide_gan("sigmoid")
    gan.steps_per_execution = 3
    assert len(fit(gan, doctor, epochs=3).epoch) == 3
    assert "a second run of the training step" in doctor.report().not_checked
