"""The evaluate stage: the same scores twice, a diverged cell that says so, and what it shows besides scores."""

from pathlib import Path

import numpy as np
import pytest

from pipeline.classifier.network import build_classifier
from pipeline.data.digits import Digits, save_digits
from pipeline.files.artifacts import read_json, write_json
from pipeline.files.cells import sheet_path
from pipeline.files.errors import DataError
from pipeline.gan.networks.build import build_generator
from pipeline.metrics.score_names import SCORES
from pipeline.pictures.png import read_png, write_png
from pipeline.pictures.sheets import sample_sheet
from pipeline.settings.params import Settings
from pipeline.stages.evaluate import evaluate
from pipeline.tracking.run import Run

FLOORS = {"data_set": "mnist", "samples": 300, "classifier_accuracy": 0.5, "frechet_distance_real": 0.1}
OUTPUTS = ["by_class.png", "confusion.csv", "curves.json", "metrics.json", "nearest.png"]


@pytest.fixture
def cell(tmp_path: Path, digits: Digits, settings: Settings) -> Path:
    """A generator, a classifier and a reference that nobody trained."""
    random = np.random.default_rng(0)
    (tmp_path / "modern-0").mkdir()
    build_generator(settings.gan["modern"]).save_weights(tmp_path / "modern-0/generator.weights.h5")
    for epoch in range(4):
        write_png(tmp_path / "modern-0" / sheet_path(epoch), sample_sheet(random.integers(0, 256, (20, 28, 28), np.uint8), "caption"))
    build_classifier(settings.classifier.width).save_weights(tmp_path / "c.weights.h5")
    features, training = random.normal(size=(300, 128)), random.normal(size=(40, 128)).astype(np.float32)
    np.savez(tmp_path / "reference.npz", features=features, labels=np.arange(300) % 10, nearest=np.ones(300), training=training)
    save_digits(tmp_path / "digits.npz", digits)
    write_json(tmp_path / "floors.json", FLOORS)
    return tmp_path / "modern-0"


def run(cell: Path, settings: Settings, status: str = "finished", **changes: object) -> dict:
    rows = [{"epoch": epoch, "d_loss": 1.0 + epoch, "g_loss": 0.5} for epoch in (1, 2, 3)]
    write_json(cell / "history.json", {"data_set": "mnist", "status": status, "epochs": rows})
    inputs = [cell.parent / name for name in ("digits.npz", "digits.npz", "c.weights.h5", "reference.npz", "floors.json")]
    settings = settings.model_copy(update={"evaluate": settings.evaluate.model_copy(update=changes)})
    evaluate(cell, *inputs, cell.parent / "out", settings, "modern", 0, "ab", Run())
    return read_json(cell.parent / "out/metrics.json")


def test_two_evaluations_of_one_generator_are_equal(cell: Path, settings: Settings):
    first = run(cell, settings, subsets=2)
    files = {name: (cell.parent / "out" / name).read_bytes() for name in OUTPUTS}
    assert first == run(cell, settings, subsets=2)
    assert files == {path.name: path.read_bytes() for path in (cell.parent / "out").iterdir()}
    assert FLOORS.items() <= first.items()
    assert all(first[name + end] is not None for name in SCORES if name != "sample_trained_accuracy" for end in ("", "_sd"))
    assert (first["d_loss_first"], first["d_loss_last"], first["status"], first["key"]) == (2.0, 4.0, "finished", "ab")
    assert run(cell, settings, seed=9)["frechet_distance"] != first["frechet_distance"]


def test_a_diverged_cell_has_a_status_and_no_scores(cell: Path, settings: Settings):
    told = run(cell, settings, status="diverged")
    assert told["status"] == "diverged"
    assert all(told[name + end] is None for name in SCORES for end in ("", "_sd"))
    assert FLOORS.items() <= told.items()
    assert (cell.parent / "out/confusion.csv").read_text() == "asked,read\n"
    assert not read_png(cell.parent / "out/nearest.png").any()
    assert sorted(path.name for path in (cell.parent / "out").iterdir()) == OUTPUTS


def test_every_sample_is_in_the_confusion_and_sheets_make_curves(cell: Path, settings: Settings):
    told = run(cell, settings, curve_points=3)
    asked, read = np.loadtxt(cell.parent / "out/confusion.csv", int, delimiter=",", skiprows=1).T
    assert (asked == np.arange(300) % 10).all()
    assert told["class_consistency"] == pytest.approx((asked == read).mean())
    curves = read_json(cell.parent / "out/curves.json")
    assert curves["samples"] == 20
    assert [row["epoch"] for row in curves["epochs"]] == [0, 2, 3]
    assert all(1 <= row["classifier_score"] <= 10 for row in curves["epochs"])
    assert read_png(cell.parent / "out/by_class.png").shape == (280, 280)
    assert read_png(cell.parent / "out/nearest.png").shape == (56, 336)


def test_a_classifier_of_samples_alone_is_tested_on_real_digits_where_asked_for(cell: Path, settings: Settings):
    assert run(cell, settings)["sample_trained_accuracy"] is None
    accuracy = run(cell, settings, train_on_samples=True)["sample_trained_accuracy"]
    assert 0 <= accuracy <= 1
    assert (40 * accuracy) % 1 == pytest.approx(0)  # of forty real digits


def test_too_few_samples_for_the_features_are_refused(cell: Path, settings: Settings):
    write_json(cell.parent / "floors.json", FLOORS | {"samples": 128})
    with pytest.raises(ValueError, match=r"fake: expected more rows than the 128 features, received 128; raise evaluate\.samples"):
        run(cell, settings)
    assert not (cell.parent / "out/metrics.json").exists()


def test_a_gan_of_another_data_set_is_refused(cell: Path, settings: Settings):
    write_json(cell.parent / "floors.json", FLOORS | {"data_set": "digits"})
    with pytest.raises(DataError, match="modern-0: expected a GAN of digits, received one of mnist"):
        run(cell, settings)
    assert not (cell.parent / "out/metrics.json").exists()
