"""The pipeline on the official MNIST files, where MNIST_MIRROR says where they are."""

import json
import os
from pathlib import Path

import numpy as np
import pytest

from pipeline.data import load_digits
from tests.project import ENVIRONMENT, make_project, ran, run

MIRROR = os.environ.get("MNIST_MIRROR")


@pytest.mark.skipif(not MIRROR, reason="MNIST_MIRROR is not set")
def test_real_mnist_from_download_to_leaderboard(tmp_path: Path, monkeypatch):
    monkeypatch.setitem(ENVIRONMENT, "MNIST_MIRROR", MIRROR)
    project = make_project(
        tmp_path, run={"variants": ["asker"]}, download={"source": "mnist"}, classifier={"epochs": 1, "batch_size": 128, "width": 8}
    )
    assert ran(run(project, "dvc", "repro")) == [
        *("settings", "download", "preprocess", "classifier", "reference", "train@asker-0", "evaluate@asker-0", "compare")
    ]
    train, validation, test = (load_digits(project / f"artifacts/data/{name}.npz") for name in ("train", "validation", "test"))
    assert [len(split.labels) for split in (train, validation, test)] == [55_000, 5_000, 10_000]
    assert np.bincount(test.labels).tolist() == [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]
    board = json.loads((project / "artifacts/leaderboard.json").read_text())
    (row,) = board["cells"]
    assert (row["data_set"], row["samples"], row["status"]) == ("mnist", 300, "finished")
    assert row["classifier_accuracy"] > 0.9
    assert row["frechet_distance"] > 10 * row["frechet_distance_real"]
