"""The pipeline on the official MNIST files, where MNIST_MIRROR says where they are."""

import json

import numpy as np
import pytest

from pipeline.data.digits import load_digits
from tests.project import Reproduced, stages_in


@pytest.mark.slow
def test_real_mnist_from_download_to_leaderboard(reproduced_mnist: Reproduced) -> None:
    project, status, stdout, stderr = reproduced_mnist
    assert status == 0, stdout + stderr
    assert stages_in(stdout) == [
        *("settings", "download", "preprocess", "classifier", "reference", "train@asker-0", "evaluate@asker-0", "diagnose@asker-0", "compare")
    ]
    train, validation, test = (load_digits(project / f"artifacts/data/{name}.npz") for name in ("train", "validation", "test"))
    assert [len(split.labels) for split in (train, validation, test)] == [59_000, 1_000, 10_000]  # every 60th training image is held out
    assert np.bincount(test.labels).tolist() == [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]
    board = json.loads((project / "artifacts/leaderboard.json").read_text())
    (row,) = board["cells"]
    assert (row["data_set"], row["split"], row["samples"], row["status"]) == ("mnist", "validation", 300, "finished")
    assert row["classifier_accuracy"] > 0.9
    assert row["scores"]["frechet_distance"] > 10 * row["real_reference"]["frechet_distance"]
