"""One model on two devices: the numbers are those of one device, for every part of a step."""

from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf

from pipeline.data.digits import Digits, save_digits
from pipeline.gan.replicas import in_shares, mean_over_replicas, own_rows
from tests.devices import on_two_devices

TOLERANCE = {"losses": 1e-5, "moments": 1e-5, "squares": 1e-5, "weights": 1e-3, "samples": 1e-5}  # of single precision; weights in learning rates


def compare(folder: Path, digits: Digits, *names: str) -> None:
    save_digits(folder / "split.npz", digits)
    for name, found in on_two_devices("tests.gan.two_replicas", str(folder / "split.npz"), *names).items():
        assert (found.pop("devices"), found.pop("between_copies"), found.pop("steps")) == (2, 0, 0)
        too_far = {key: value for key, value in found.items() if not value < TOLERANCE[key.split("_")[-1]]}
        assert too_far == {}, (name, found)


def test_two_devices_train_as_one(tmp_path: Path, digits: Digits) -> None:
    """Batch statistics; classes, pairs and penalties; several critic steps and interpolations; spectral normalisation with a second discriminator."""
    compare(tmp_path, digits, "answer", "normalized", "paired", "critics", "spectral")


@pytest.mark.slow
@pytest.mark.parametrize("names", [["dcgan", "modern"], pytest.param(["hinge_sn", "wgan_gp", "stacked"], marks=pytest.mark.exhaustive)])
def test_two_devices_train_published_variants_as_one(tmp_path: Path, digits: Digits, names: list[str]) -> None:
    compare(tmp_path, digits, *names)


def test_on_one_device_nothing_is_shared() -> None:
    values = [tf.constant(1.0), tf.constant(2.0)]
    assert mean_over_replicas(values) is values
    assert own_rows(lambda count: tf.range(count), 5).numpy().tolist() == [0, 1, 2, 3, 4]
    batches = tf.data.Dataset.from_tensors((tf.range(4), tf.range(4)))
    assert in_shares(batches, 2, 1) is batches


@pytest.mark.parametrize(("updates", "replicas"), [(1, 2), (5, 2), (3, 4)])
def test_each_replica_has_its_share_of_each_update(updates: int, replicas: int) -> None:
    rows = 2 * updates * replicas
    batches = tf.data.Dataset.from_tensors((tf.range(rows), -tf.range(rows))).repeat()
    ((images, labels),) = in_shares(batches, updates, replicas).take(1)
    assert (labels.numpy() == -images.numpy()).all()
    by_update = np.concatenate(np.split(images.numpy().reshape(replicas, updates, 2), replicas), axis=2)
    assert by_update.reshape(updates, -1).tolist() == np.arange(rows).reshape(updates, -1).tolist()
