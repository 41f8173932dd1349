"""The reference stage: floors from real images in the samples' place."""

from pathlib import Path

import numpy as np
import pytest

from pipeline.artifacts import read_json, write_json
from pipeline.data import Digits, save_digits
from pipeline.errors import DataError
from pipeline.features import build_classifier
from pipeline.params import Settings
from pipeline.scores import SCORES
from pipeline.stages.reference import reference


def run(folder: Path, settings: Settings, data_set: str = "mnist") -> dict:
    build_classifier(settings.classifier.width).save_weights(folder / "c.weights.h5")
    write_json(folder / "report.json", {"data_set": data_set, "accuracy": 0.5, "sha256": "ab"})
    inputs = [folder / name for name in ("train.npz", "test.npz", "c.weights.h5", "report.json")]
    reference(*inputs, folder / "reference.npz", folder / "floors.json", settings)
    return read_json(folder / "floors.json")


def test_the_floor_of_equal_images_is_zero_and_of_others_is_not(tmp_path: Path, digits: Digits, settings: Settings):
    save_digits(tmp_path / "train.npz", digits)
    save_digits(tmp_path / "test.npz", digits)
    floors = run(tmp_path, settings)
    assert floors["frechet_distance_real"] == pytest.approx(0, abs=1e-6)
    assert floors["samples"] == 40  # all there are, though more samples are drawn
    assert floors["precision_real"] == floors["recall_real"] == 1
    assert {f"{name}_real" for name in SCORES} <= set(floors)
    assert (floors["split"], floors["feature_layer"]) == ("test", "features")
    assert (floors["data_set"], floors["classifier_accuracy"], floors["classifier_sha256"]) == ("mnist", 0.5, "ab")
    with np.load(tmp_path / "reference.npz") as file:
        assert file["features"].shape == (40, 128)
        assert file["frequencies"].tolist() == [0.1] * 10
    save_digits(tmp_path / "test.npz", Digits("mnist", 255 - digits.images, digits.labels))
    assert run(tmp_path, settings)["frechet_distance_real"] > 1e-5


def test_a_classifier_of_another_data_set_is_refused(tmp_path: Path, digits: Digits, settings: Settings):
    save_digits(tmp_path / "train.npz", digits)
    save_digits(tmp_path / "test.npz", digits)
    with pytest.raises(DataError, match=r"report\.json: expected a classifier of mnist, received one of digits"):
        run(tmp_path, settings, data_set="digits")
    assert not (tmp_path / "floors.json").exists()
