"""The classifier stage: it learns, reports what it reads, and shifts images without losing them."""

from pathlib import Path

import numpy as np
import pytest

from pipeline.classifier.training import _shift, train_classifier
from pipeline.data.digits import Digits, save_digits
from pipeline.files.artifacts import file_hash, read_json
from pipeline.settings.params import Settings
from pipeline.stages.classifier import classifier
from pipeline.tracking.run import Run


def test_it_learns_what_can_be_learnt_and_reports_it(tmp_path: Path, digits: Digits, settings: Settings):
    paths = [tmp_path / f"{name}.npz" for name in ("train", "validation", "test")]
    for path in paths:
        save_digits(path, digits)
    longer = settings.classifier.model_copy(update={"epochs": 60, "batch_size": 20, "width": 8, "shift_pixels": 0, "learning_rate": 0.01})
    weights, report, history, confusion = (tmp_path / name for name in ("c.weights.h5", "report.json", "history.json", "confusion.csv"))
    classifier(*paths, weights, report, history, confusion, settings.model_copy(update={"classifier": longer}), Run())
    told, past = read_json(report), read_json(history)
    counts = np.array(past["confusion"]["true rows, read columns"])
    assert counts.sum(axis=1).tolist() == [4] * 10  # rows are true classes
    assert told["accuracy"] == pytest.approx(np.trace(counts) / 40)
    assert past["epochs"][-1]["accuracy"] > 0.6 > 0.2 > past["epochs"][0]["accuracy"]
    assert told["sha256"] == file_hash(weights, "sha256")
    assert told["data_set"] == past["data_set"] == "mnist"
    pairs = np.loadtxt(confusion, int, delimiter=",", skiprows=1)
    assert (np.histogram2d(*pairs.T, bins=range(11))[0] == counts).all()
    assert [row["epoch"] for row in past["epochs"]] == list(range(1, 61))
    assert past["epochs"][-1]["loss"] < past["epochs"][0]["loss"]


def test_a_small_data_set_is_passed_over_until_the_batch_statistics_have_settled(digits: Digits, settings: Settings):
    small = settings.classifier.model_copy(update={"epochs": 2, "batch_size": 20, "minimum_steps": 5})
    assert len(train_classifier(digits, digits, small)[1]) == 3  # of two steps each
    assert len(train_classifier(digits, digits, small.model_copy(update={"minimum_steps": 4}))[1]) == 2


def test_shifting_moves_images_by_at_most_so_many_pixels():
    images = np.zeros((200, 28, 28), np.uint8)
    images[:, 14, 14] = 255
    rows, columns = np.nonzero(_shift(images, 2, np.random.default_rng(0)))[1:]
    assert len(rows) == 200
    assert set(rows) == set(columns) == set(range(12, 17))
    assert (_shift(images, 0, np.random.default_rng(0)) == images).all()
