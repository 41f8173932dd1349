"""The reference stage: floors from real images in the samples' place, ceilings from worthless ones."""

from pathlib import Path

import numpy as np
import pytest

from pipeline.classifier.network import build_classifier
from pipeline.data.digits import Digits, save_digits
from pipeline.files.artifacts import read_json, write_json
from pipeline.files.errors import DataError
from pipeline.metrics.score_names import SCORES
from pipeline.pictures.png import read_png
from pipeline.settings.params import Settings
from pipeline.stages.reference import reference


@pytest.fixture
def many() -> Digits:
    """More images than features, whose brightness tells their class."""
    labels = np.arange(160, dtype=np.uint8) % 10
    noise = np.random.default_rng(0).integers(0, 20, (160, 28, 28))
    return Digits("mnist", (noise + 23 * labels[:, None, None]).astype(np.uint8), labels)


def run(folder: Path, settings: Settings, data_set: str = "mnist") -> dict:
    build_classifier(settings.classifier.width).save_weights(folder / "c.weights.h5")
    write_json(folder / "report.json", {"data_set": data_set, "accuracy": 0.5, "sha256": "ab"})
    names = ("train.npz", "test.npz", "c.weights.h5", "report.json", "reference.npz", "floors.json", "ceilings.json", "real.png")
    reference(*(folder / name for name in names), settings)
    return read_json(folder / "floors.json")


@pytest.fixture
def folder(tmp_path: Path, many: Digits) -> Path:
    save_digits(tmp_path / "train.npz", many)
    save_digits(tmp_path / "test.npz", many)
    return tmp_path


def test_the_floor_of_equal_images_is_zero_and_of_others_is_not(folder: Path, many: Digits, settings: Settings):
    floors = run(folder, settings)
    assert floors["frechet_distance_real"] == pytest.approx(0, abs=1e-6)
    assert floors["samples"] == 160  # all there are, though more samples are drawn
    assert floors["precision_real"] == floors["recall_real"] == floors["coverage_real"] == 1
    assert {f"{name}_real" for name in SCORES if name != "sample_trained_accuracy"} <= set(floors)
    assert (floors["split"], floors["feature_layer"]) == ("test", "features")
    assert (floors["data_set"], floors["classifier_accuracy"], floors["classifier_sha256"]) == ("mnist", 0.5, "ab")
    save_digits(folder / "test.npz", Digits("mnist", 255 - many.images, many.labels))
    assert run(folder, settings)["frechet_distance_real"] > 1e-5


def test_what_scores_need_is_kept(folder: Path, many: Digits, settings: Settings):
    run(folder, settings)
    with np.load(folder / "reference.npz") as file:
        assert file["features"].shape == file["training"].shape == (160, 128)
        assert (file["labels"] == many.labels).all()
        assert (file["nearest"] == 0).all()  # each is a training image here
    assert (read_png(folder / "real.png")[28:56, 28:56] == many.images[11]).all()


def test_worthless_images_score_worse_than_real_ones(folder: Path, settings: Settings):
    floors = run(folder, settings)
    ceilings = read_json(folder / "ceilings.json")
    assert set(ceilings) == {"uniform noise", "mean image", "one digit"}
    for name, scores in ceilings.items():
        assert scores["frechet_distance"] > 1000 * abs(floors["frechet_distance_real"]), name
        assert scores["coverage"] < 0.2, name
    assert ceilings["one digit"]["memorised_share"] == 0  # no real image of this split is farther from the training images than 0
    assert ceilings["one digit"]["within_class_diversity"] == pytest.approx(0, abs=1e-5)


def test_a_classifier_of_another_data_set_is_refused(folder: Path, settings: Settings):
    with pytest.raises(DataError, match=r"report\.json: expected a classifier of mnist, received one of digits"):
        run(folder, settings, data_set="digits")
    assert not (folder / "floors.json").exists()


def test_a_classifier_that_reads_too_little_is_refused(folder: Path, settings: Settings):
    demanding = settings.model_copy(update={"evaluate": settings.evaluate.model_copy(update={"minimum_accuracy": 0.51})})
    with pytest.raises(DataError, match=r"expected a classifier that reads evaluate\.minimum_accuracy \(51\.00%\).*received one that reads 50\.00%"):
        run(folder, demanding)
    assert not (folder / "floors.json").exists()
