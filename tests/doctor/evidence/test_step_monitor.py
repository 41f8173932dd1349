"""Watching changes no byte of what is trained, and counts what there is."""

import keras
import numpy as np
import pytest

from benchmarks.diagnosis.gans_under_test import Patient, own_patient
from pipeline.data.digits import Digits
from pipeline.doctor.evidence.recorder import EvidenceRecorder
from tests.doctor.conftest import whole_settings


def patient(scans: Digits, variant: str) -> Patient:
    keras.utils.clear_session()
    return own_patient(scans, whole_settings().gan[variant])


@pytest.mark.parametrize("variant", ["asker", "answer", "modern"])
def test_what_is_trained_is_the_same_byte_for_byte(variant: str, scans: Digits, monkeypatch: pytest.MonkeyPatch):
    watched = patient(scans, variant)
    watched.train(1, 20)
    monkeypatch.setattr(EvidenceRecorder, "set_model", lambda recorder, model: keras.callbacks.Callback.set_model(recorder, model))
    for name in ("on_train_begin", "on_epoch_end"):
        monkeypatch.setattr(EvidenceRecorder, name, lambda *_: None)
    alone = patient(scans, variant)
    alone.train(1, 20)
    for one, other in zip(watched.gan.variables, alone.gan.variables, strict=True):
        assert np.array_equal(one.numpy(), other.numpy()), one.path


def test_afterwards_nothing_is_left_on_the_model(scans: Digits):
    someone = patient(scans, "answer")
    someone.train(1, 5)
    for part in (someone.gan, someone.gan.generator, someone.gan.discriminator, someone.gan.optimizer):
        assert not {"train_step", "call", "apply"} & set(vars(part))


def test_steps_gradients_and_batches_are_counted(scans: Digits):
    first, second = patient(scans, "answer").train(2, 32).evidence["epochs"]
    assert first["steps"] == second["steps"] == 32
    for row in (first, second):
        assert 0 < row["generator_gradient"] <= row["generator_gradient_max"]
        assert 0 < row["discriminator_gradient"] <= row["discriminator_gradient_max"]
        assert 0 < row["between_batches"] < row["within_batches"]
        assert "first_not_finite" not in row


def test_the_first_step_that_is_not_finite_ends_training(scans: Digits):
    (row,) = spoilt(scans, "lsgan", at=9)
    assert (row["first_not_finite"], row["first_not_finite_step"], row["steps"]) == ("the training batch", 10, 10)


def test_weights_that_a_relu_hides_end_training_after_the_epoch(scans: Digits):
    (row,) = spoilt(scans, "answer", at=9)
    assert row["d_loss"] is not None
    assert row["first_not_finite"].startswith("the ")
    assert (row["first_not_finite_step"], row["steps"]) == (16, 20)


def spoilt(scans: Digits, variant: str, at: int) -> list[dict]:
    someone = patient(scans, variant)
    someone.spoil = lambda step, images: images * (np.nan if step == at else 1)
    return someone.train(3, 20).evidence["epochs"]
