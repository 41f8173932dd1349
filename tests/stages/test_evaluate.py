"""The evaluate stage: the same scores twice, a diverged cell that says so, and the files beside the scores."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pipeline.classifier.network import build_classifier
from pipeline.data.digits import Digits, save_digits
from pipeline.files.artifacts import write_json
from pipeline.files.cells import Cell
from pipeline.files.errors import DataError
from pipeline.files.json_file import read_json
from pipeline.gan.networks.build import build_generator
from pipeline.metrics.score_names import HEADLINE_SCORES, MODE_SCORES, SCORES
from pipeline.pictures.png import read_png
from pipeline.settings.params import Settings
from pipeline.stages.evaluate import Paths, evaluate
from tests.written import REFERENCE, history

REAL = REFERENCE | {"scores": {"frechet_distance": 0.1}}
OUTPUTS = ["by_class.png", "confusion.csv", "curves.json", "nearest.png", "scores.json"]


@pytest.fixture
def paths(tmp_path: Path, digits: Digits, settings: Settings) -> Paths:
    """An untrained generator, an untrained classifier, and random reference features."""
    random = np.random.default_rng(0)
    names = ("modern-0", "digits.npz", "digits.npz", "c.weights.h5", "features.npz", "real_reference.json", "out", "metrics.json")
    paths = Paths(*(tmp_path / name for name in names))
    paths.gan.mkdir()
    build_generator(settings.gan["modern"]).save_weights(paths.gan / "generator.weights.h5")
    np.save(paths.gan / "samples.npy", random.integers(0, 256, (4, 20, 28, 28), np.uint8))
    build_classifier(settings.classifier.width).save_weights(paths.classifier)
    features, training = random.normal(size=(300, 128)), random.normal(size=(40, 128)).astype(np.float32)
    np.savez(paths.features, features=features, labels=(np.arange(300) % 10).astype(np.uint8), nearest=np.ones(300), training=training)
    save_digits(paths.train, digits)
    write_json(paths.real_reference, REAL)
    return paths


def run(paths: Paths, settings: Settings, status: str = "finished", **changes: object) -> dict[str, Any]:
    """Evaluate with changed settings; the content of the file of scores."""
    write_json(paths.gan / "history.json", history(status=status))
    evaluate(paths, settings.model_copy(update={"evaluate": settings.evaluate.model_copy(update=changes)}), Cell("modern", 0))
    scores: dict[str, Any] = read_json(paths.evaluation / "scores.json")
    return scores


def files(paths: Paths) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(paths.evaluation.iterdir())}


def test_two_evaluations_of_one_generator_are_equal(paths: Paths, settings: Settings) -> None:
    first, written = run(paths, settings, subsets=2), files(paths)
    run(paths, settings, subsets=2)
    assert written == files(paths)
    assert list(written) == OUTPUTS
    known = [name for name in SCORES if name not in ("sample_trained_accuracy", *MODE_SCORES)]
    assert all(first["scores"][name] is not None and first["spread"][name] is not None for name in known)
    assert (first["variant"], first["seed"], first["status"], first["data_set"]) == ("modern", 0, "finished", "mnist")
    assert first["losses"] == {"d_loss_first": 2.0, "d_loss_last": 4.0, "g_loss_first": 0.5, "g_loss_last": 0.5}
    assert first["real_reference"]["frechet_distance"] == 0.1
    assert set(first["real_reference"]) == set(SCORES)
    headline = {name: first["scores"][name] for name in HEADLINE_SCORES}
    assert read_json(paths.metrics) == {"status": "finished"} | headline
    assert run(paths, settings, seed=9)["scores"]["frechet_distance"] != first["scores"]["frechet_distance"]


@pytest.mark.parametrize("status", ["diverged", "stopped"])
def test_a_cell_that_did_not_finish_has_a_status_and_no_scores(paths: Paths, settings: Settings, status: str) -> None:
    recorded = run(paths, settings, status)
    assert recorded["status"] == status
    for part in ("scores", "spread"):
        assert recorded[part] == dict.fromkeys(SCORES)
    assert recorded["real_reference"]["frechet_distance"] == 0.1
    assert read_json(paths.metrics) == {"status": status} | dict.fromkeys(HEADLINE_SCORES)
    assert (paths.evaluation / "confusion.csv").read_text() == "requested,predicted\n"
    assert not read_png(paths.evaluation / "nearest.png").any()
    assert list(files(paths)) == OUTPUTS


def test_every_sample_is_in_the_confusion_and_sheets_make_curves(paths: Paths, settings: Settings) -> None:
    scores = run(paths, settings, curve_points=3)["scores"]
    requested, predicted = np.loadtxt(paths.evaluation / "confusion.csv", int, delimiter=",", skiprows=1).T
    assert (requested == np.arange(300) % 10).all()
    assert scores["class_consistency"] == pytest.approx((requested == predicted).mean())
    curves = read_json(paths.evaluation / "curves.json")
    assert curves["samples"] == 20
    assert [row["epoch"] for row in curves["epochs"]] == [0, 2, 3]
    assert all(1 <= row["classifier_score"] <= 10 for row in curves["epochs"])
    assert read_png(paths.evaluation / "by_class.png").shape == (280, 280)
    assert read_png(paths.evaluation / "nearest.png").shape == (56, 336)
    assert scores["sample_trained_accuracy"] is None


@pytest.mark.slow
def test_a_classifier_of_samples_alone_is_tested_on_real_digits_where_asked_for(paths: Paths, settings: Settings) -> None:
    accuracy = run(paths, settings, train_on_samples=True)["scores"]["sample_trained_accuracy"]
    assert 0 <= accuracy <= 1
    assert (40 * accuracy) % 1 == pytest.approx(0)  # of forty real digits


def test_too_few_samples_for_the_features_are_refused(paths: Paths, settings: Settings) -> None:
    write_json(paths.real_reference, REAL | {"samples": 128})
    with pytest.raises(ValueError, match=r"fake: expected more rows than the 128 features, received 128; raise evaluate\.samples"):
        run(paths, settings)
    assert not paths.evaluation.exists()


def test_a_gan_of_another_data_set_is_refused(paths: Paths, settings: Settings) -> None:
    write_json(paths.real_reference, REAL | {"data_set": "digits"})
    with pytest.raises(DataError, match="modern-0: expected a GAN of digits, received one of mnist"):
        run(paths, settings)
    assert not paths.evaluation.exists()


def test_images_of_three_digits_have_scores_of_modes_alone(paths: Paths, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipeline.stages.evaluate.MODE_SAMPLES", 400)
    several = settings.gan["modern"].model_copy(update={"classes": 1, "digits_per_image": 3})
    build_generator(several).save_weights(paths.gan / "generator.weights.h5")
    np.save(paths.gan / "samples.npy", np.random.default_rng(0).integers(0, 256, (4, 20, 28, 28, 3), np.uint8))
    scores = run(paths, settings.model_copy(update={"gan": {"modern": several}}), train_on_samples=True)
    assert {name for name, value in scores["scores"].items() if value is not None} == set(MODE_SCORES)
    assert 1 <= scores["scores"]["modes_covered"] <= 1000
    assert scores["samples"] == 400
    assert read_json(paths.metrics) == {"status": "finished"} | {name: scores["scores"][name] for name in MODE_SCORES}
    requested = [line.split(",")[0] for line in (paths.evaluation / "confusion.csv").read_text().splitlines()[1:]]
    assert requested == ["any"] * 300  # digits, as many as other variants have samples
    assert read_json(paths.evaluation / "curves.json")["samples"] == 60
    assert list(files(paths)) == OUTPUTS
