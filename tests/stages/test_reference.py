"""The reference stage: the scores of real images in the samples' place, and of images that no generator should draw."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pipeline.classifier.network import build_classifier
from pipeline.data.digits import Digits, save_digits
from pipeline.files.artifacts import write_json
from pipeline.files.errors import DataError
from pipeline.files.json_file import read_json
from pipeline.metrics.score_names import SCORES
from pipeline.pictures.png import read_png
from pipeline.settings.params import Settings
from pipeline.stages.reference import Paths, reference

FILES = ("train.npz", "test.npz", "c.weights.h5", "report.json", "features.npz", "real_reference.json", "negative_controls.json", "real.png")


@pytest.fixture
def many() -> Digits:
    """More images than features, with a brightness of each class's own."""
    labels = np.arange(160, dtype=np.uint8) % 10
    noise = np.random.default_rng(0).integers(0, 20, (160, 28, 28))
    return Digits("mnist", (noise + 23 * labels[:, None, None]).astype(np.uint8), labels)


@pytest.fixture
def paths(tmp_path: Path, many: Digits, settings: Settings) -> Paths:
    """The same images as both splits, and an untrained classifier."""
    paths = Paths(*(tmp_path / name for name in FILES))
    save_digits(paths.train, many)
    save_digits(paths.split, many)
    build_classifier(settings.classifier.width).save_weights(paths.classifier)
    return paths


def run(paths: Paths, settings: Settings, data_set: str = "mnist") -> dict[str, Any]:
    """The content of the file of the real reference."""
    write_json(paths.report, {"data_set": data_set, "accuracy": 0.5, "sha256": "ab"})
    reference(paths, settings)
    real: dict[str, Any] = read_json(paths.real_reference)
    return real


def test_images_that_are_in_both_splits_score_perfectly_and_others_do_not(paths: Paths, many: Digits, settings: Settings) -> None:
    real = run(paths, settings)
    scores = real["scores"]
    assert scores["frechet_distance"] == pytest.approx(0, abs=1e-6)
    assert real["samples"] == 160  # all there are, though the settings ask for more
    assert scores["precision"] == scores["recall"] == scores["coverage"] == 1
    assert {name for name in SCORES if name != "sample_trained_accuracy"} == set(scores)
    assert scores["modes_covered"] >= 1
    assert (real["split"], real["feature_layer"]) == ("test", "features")
    assert (real["data_set"], real["classifier_accuracy"], real["classifier_sha256"]) == ("mnist", 0.5, "ab")
    with np.load(paths.features) as file:
        assert file["features"].shape == file["training"].shape == (160, 128)
        assert (file["labels"] == many.labels).all()
        assert (file["nearest"] == 0).all()  # each is a training image here
    assert (read_png(paths.picture)[28:56, 28:56] == many.images[11]).all()
    save_digits(paths.split, Digits("mnist", 255 - many.images, many.labels))
    assert run(paths, settings)["scores"]["frechet_distance"] > 1e-5


def test_negative_controls_score_worse_than_real_images(paths: Paths, settings: Settings) -> None:
    real = run(paths, settings)["scores"]
    controls = read_json(paths.negative_controls)
    assert set(controls) == {"uniform noise", "mean image", "one digit"}
    for name, scores in controls.items():
        assert scores["frechet_distance"] > 1000 * abs(real["frechet_distance"]), name
        assert scores["coverage"] < 0.2, name
    assert controls["one digit"]["memorised_share"] == 0  # every real image of this split is at a distance of 0 too
    assert controls["one digit"]["within_class_diversity"] == pytest.approx(0, abs=1e-5)


def test_a_classifier_of_another_data_set_is_refused(paths: Paths, settings: Settings) -> None:
    with pytest.raises(DataError, match=r"report\.json: expected a classifier of mnist, received one of digits"):
        run(paths, settings, data_set="digits")
    assert not paths.real_reference.exists()


def test_a_classifier_of_too_low_an_accuracy_is_refused(paths: Paths, settings: Settings) -> None:
    demanding = settings.model_copy(update={"evaluate": settings.evaluate.model_copy(update={"minimum_accuracy": 0.51})})
    message = r"expected a classifier that gets evaluate\.minimum_accuracy \(51\.00%\) of the test digits right, received one that gets 50\.00% right"
    with pytest.raises(DataError, match=message):
        run(paths, demanding)
    assert not paths.real_reference.exists()
