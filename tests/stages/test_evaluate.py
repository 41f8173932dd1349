"""The evaluate stage: the same scores twice, and a diverged cell that says so."""

from pathlib import Path

import numpy as np
import pytest

from pipeline.artifacts import read_json, write_json
from pipeline.errors import DataError
from pipeline.features import build_classifier
from pipeline.gan.networks.build import build_generator
from pipeline.params import Settings
from pipeline.scores import SCORES
from pipeline.stages.evaluate import evaluate
from pipeline.tracking.run import Run

FLOORS = {"data_set": "mnist", "samples": 70, "classifier_accuracy": 0.5, "frechet_distance_real": 0.1}


@pytest.fixture
def cell(tmp_path: Path, settings: Settings) -> Path:
    """A generator, a classifier and a reference that nobody trained."""
    (tmp_path / "modern-0").mkdir()
    build_generator(settings.gan["modern"]).save_weights(tmp_path / "modern-0/generator.weights.h5")
    build_classifier(settings.classifier.width).save_weights(tmp_path / "c.weights.h5")
    features = np.random.default_rng(0).normal(size=(50, 128))
    np.savez(tmp_path / "reference.npz", features=features, frequencies=np.full(10, 0.1))
    write_json(tmp_path / "floors.json", FLOORS)
    return tmp_path / "modern-0"


def run(cell: Path, settings: Settings, status: str = "finished") -> dict:
    rows = [{"epoch": epoch, "d_loss": 1.0 + epoch, "g_loss": 0.5} for epoch in (1, 2, 3)]
    write_json(cell / "history.json", {"data_set": "mnist", "status": status, "epochs": rows})
    inputs = [cell.parent / name for name in ("c.weights.h5", "reference.npz", "floors.json")]
    evaluate(cell, *inputs, cell.parent / "metrics.json", settings, "modern", 0, Run())
    return read_json(cell.parent / "metrics.json")


def test_two_evaluations_of_one_generator_are_equal(cell: Path, settings: Settings):
    first = run(cell, settings)
    assert first == run(cell, settings)
    assert FLOORS.items() <= first.items()
    assert all(first[name] is not None for name in SCORES)
    assert (first["d_loss_first"], first["d_loss_last"], first["status"]) == (2.0, 4.0, "finished")
    other = settings.model_copy(update={"evaluate": settings.evaluate.model_copy(update={"seed": 9})})
    assert run(cell, other)["frechet_distance"] != first["frechet_distance"]


def test_a_diverged_cell_has_a_status_and_no_scores(cell: Path, settings: Settings):
    told = run(cell, settings, status="diverged")
    assert told["status"] == "diverged"
    assert all(told[name] is None for name in SCORES)
    assert FLOORS.items() <= told.items()


def test_a_gan_of_another_data_set_is_refused(cell: Path, settings: Settings):
    write_json(cell.parent / "floors.json", FLOORS | {"data_set": "digits"})
    with pytest.raises(DataError, match="modern-0: expected a GAN of digits, received one of mnist"):
        run(cell, settings)
    assert not (cell.parent / "metrics.json").exists()


def test_a_variant_without_classes_has_no_consistency(cell: Path, settings: Settings):
    variant = settings.gan["modern"].model_copy(update={"classes": 1})
    build_generator(variant).save_weights(cell / "generator.weights.h5")
    told = run(cell, settings.model_copy(update={"gan": {"modern": variant}}))
    assert told["class_consistency"] is None
    assert told["classifier_score"] >= 1
