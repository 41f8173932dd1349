"""The train stage: its files, and a GAN that diverges as a result instead of a crash."""

import json
from pathlib import Path

import numpy as np
import pytest

from pipeline.artifacts import read_json
from pipeline.data import Digits, save_digits
from pipeline.params import Settings
from pipeline.stages import train as stage
from pipeline.tracking.run import Run


def test_a_cell_holds_weights_history_and_pictures(tmp_path: Path, digits: Digits, settings: Settings, capsys):
    save_digits(tmp_path / "train.npz", digits)
    stage.train(tmp_path / "train.npz", tmp_path / "asker-0", settings, "asker", 0, Run())
    files = sorted(path.relative_to(tmp_path / "asker-0").as_posix() for path in (tmp_path / "asker-0").rglob("*") if path.is_file())
    sheets = [f"images/epoch-000{epoch}.png" for epoch in range(3)]
    assert files == ["figure.png", "generator.weights.h5", "history.json", *sheets, "samples.png"]
    history = read_json(tmp_path / "asker-0/history.json")
    assert {name: history[name] for name in ("data_set", "variant", "seed", "status")} == {
        "data_set": "mnist",
        "variant": "asker",
        "seed": 0,
        "status": "finished",
    }
    assert [row["epoch"] for row in history["epochs"]] == [1, 2]
    assert all(np.isfinite(list(row.values())).all() for row in history["epochs"])
    assert "asker, seed 0, mnist: epoch 2/2  d_loss" in capsys.readouterr().out


def test_a_gan_that_goes_non_finite_is_a_result(tmp_path: Path, digits: Digits, settings: Settings, capsys):
    save_digits(tmp_path / "train.npz", digits)
    explosive = settings.gan["modern"].model_copy(update={"discriminator_learning_rate": 1e30, "training_images": 256 * 5})
    settings = settings.model_copy(update={"gan": {"modern": explosive}})
    stage.train(tmp_path / "train.npz", tmp_path / "modern-0", settings, "modern", 0, Run())
    history = json.loads((tmp_path / "modern-0/history.json").read_text())
    assert history["status"] == "diverged"
    assert len(history["epochs"]) < 5
    assert None in history["epochs"][-1].values()
    assert (tmp_path / "modern-0/generator.weights.h5").is_file()
    assert (tmp_path / "modern-0/figure.png").is_file()
    assert "diverged" in capsys.readouterr().out


def test_anything_else_that_fails_stops_and_leaves_nothing(tmp_path: Path, digits: Digits, settings: Settings, monkeypatch):
    save_digits(tmp_path / "train.npz", digits)

    def full_disk(*_: object) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(stage, "write_json", full_disk)
    with pytest.raises(OSError, match="no space left"):
        stage.train(tmp_path / "train.npz", tmp_path / "asker-0", settings, "asker", 0, Run())
    assert [path.name for path in tmp_path.iterdir()] == ["train.npz"]
