"""Monitoring changes no byte of what is trained, and counts correctly."""

from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from benchmarks.diagnosis.home.gans_under_test import GanUnderTest, own_gan
from pipeline.data.digits import Digits
from pipeline.doctor.diagnosis.diagnose import diagnose, first_error
from pipeline.doctor.evidence.probe import Probe
from pipeline.doctor.evidence.recorder import EvidenceRecorder
from tests.doctor.conftest import whole_settings

EPOCHS, STEPS = 2, 32
Row = dict[str, Any]


def gan_under_test(scans: Digits, variant: str) -> GanUnderTest:
    keras.utils.clear_session()
    return own_gan(scans, whole_settings().gan[variant])


@pytest.mark.parametrize("variant", ["answer_tuned", pytest.param("modern", marks=pytest.mark.slow)])
def test_monitoring_changes_no_byte_counts_every_step_and_leaves_nothing_behind(variant: str, scans: Digits, monkeypatch: pytest.MonkeyPatch) -> None:
    monitored = gan_under_test(scans, variant)
    rows = monitored.train(EPOCHS, STEPS).evidence["epochs"]
    for row in rows:
        check_counts(row)
    for part in (monitored.gan, monitored.gan.generator, monitored.gan.discriminator, monitored.gan.optimizer):
        assert not {"train_step", "call", "apply"} & set(vars(part))

    monkeypatch.setattr(EvidenceRecorder, "set_model", lambda recorder, model: keras.callbacks.Callback.set_model(recorder, model))
    for name in ("on_train_begin", "on_epoch_end"):
        monkeypatch.setattr(EvidenceRecorder, name, lambda *_: None)
    alone = gan_under_test(scans, variant)
    alone.train(EPOCHS, STEPS)
    for one, other in zip(monitored.gan.variables, alone.gan.variables, strict=True):
        assert np.array_equal(one.numpy(), other.numpy()), one.path


def check_counts(row: Row) -> None:
    assert (row["steps"], row["measured_steps"]) == (STEPS, STEPS // 16)
    assert 0 < row["generator_gradient"] <= row["generator_gradient_max"]
    assert 0 < row["discriminator_gradient"] <= row["discriminator_gradient_max"]
    assert 0 < row["between_batches"] < row["within_batches"]
    assert "first_not_finite" not in row


def test_the_first_step_that_is_not_finite_ends_training(scans: Digits) -> None:
    (row,) = train_with_nan(gan_under_test(scans, "lsgan"), at=9)
    assert (row["first_not_finite"], row["first_not_finite_step"], row["steps"]) == ("the training batch", 10, 10)


def hiding_relu(sums: Any) -> Any:
    """A ReLU that gives 0 for what is not a number: on some processors every ReLU does, on others none."""
    return tf.where(tf.math.is_nan(sums), 0.0, tf.nn.relu(sums))


def test_weights_that_a_relu_hides_end_training_after_the_epoch(scans: Digits) -> None:
    broken = gan_under_test(scans, "answer")
    for network in (broken.gan.generator, broken.gan.discriminator):
        network.get_layer("hidden_0_activation").activation = hiding_relu
    (row,) = train_with_nan(broken, at=9)
    assert row["d_loss"] is not None
    assert row["first_not_finite"].startswith("the ")
    assert (row["first_not_finite_step"], row["steps"]) == (16, 20)


def train_with_nan(broken: GanUnderTest, at: int) -> list[Row]:
    """The epochs of a training in which one batch is not a number."""
    broken.spoil = lambda step, images: images * (np.nan if step == at else 1)
    rows: list[Row] = broken.train(3, 20).evidence["epochs"]
    return rows


def test_a_probe_that_the_networks_do_not_take_ends_no_training(scans: Digits) -> None:
    examined = gan_under_test(scans, "answer")
    right = examined.probe()
    probe = Probe(right.latent, {"image": np.zeros((8, 3), "float32")})
    recorder = EvidenceRecorder(examined.gan.generator, examined.gan.discriminator, examined._batch(np.arange(48)), probe, first_error)
    stream = tf.data.Dataset.from_generator(lambda: examined._batches(40), output_signature=examined._signature())
    examined.gan.fit(stream, epochs=2, steps_per_epoch=20, callbacks=[recorder], verbose=0, shuffle=False)
    rows = recorder.evidence["epochs"]
    assert [(row["epoch"], row["steps"], "real_fake_auc" in row) for row in rows] == [(1, 20, False), (2, 20, False)]
    (found,) = diagnose(recorder.evidence)
    assert (found.id, found.evidence) == ("not_examined", {"message": rows[0]["failure"], "epoch": 1})
    assert recorder.stopped_by is None
