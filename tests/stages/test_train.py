"""The train stage: its files, and a GAN that diverges as a result instead of a crash."""

import json
from pathlib import Path

import keras
import numpy as np
import pytest

from pipeline.data.digits import Digits, save_digits
from pipeline.files.artifacts import read_json
from pipeline.gan.base import GAN
from pipeline.settings.params import Settings
from pipeline.stages import train as stage
from pipeline.tracking.run import Run


def test_a_cell_holds_weights_history_and_pictures(tmp_path: Path, digits: Digits, settings: Settings, capsys):
    save_digits(tmp_path / "train.npz", digits)
    stage.train(tmp_path / "train.npz", tmp_path / "train.npz", tmp_path / "asker-0", settings, "asker", 0, Run())
    files = sorted(path.relative_to(tmp_path / "asker-0").as_posix() for path in (tmp_path / "asker-0").rglob("*") if path.is_file())
    sheets = [f"images/epoch-000{epoch}.png" for epoch in range(3)]
    assert files == ["evidence.json", "figure.png", "generator.weights.h5", "history.json", *sheets, "samples.png"]
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


@pytest.mark.parametrize(("variant", "images_per_step"), [("modern", 32), ("wgan_gp", 5 * 32)])
def test_schedules_end_with_the_last_step_of_the_last_epoch(
    tmp_path: Path, digits: Digits, settings: Settings, monkeypatch, variant: str, images_per_step: int
):
    save_digits(tmp_path / "train.npz", digits)
    made = []
    monkeypatch.setattr(stage, "GAN", lambda *given: made.append(GAN(*given)) or made[-1])
    falling = settings.gan[variant].model_copy(update={"final_learning_rate_fraction": 0.1})
    stage.train(
        tmp_path / "train.npz", tmp_path / "train.npz", tmp_path / "cell", settings.model_copy(update={"gan": {variant: falling}}), variant, 0, Run()
    )
    (gan,) = made
    assert int(gan.step) == int(gan.optimizer.iterations) == 2 * (256 // images_per_step)
    for optimizer, rate in ((gan.optimizer, falling.generator_learning_rate), (gan.discriminator_optimizer, falling.discriminator_learning_rate)):
        assert float(optimizer._learning_rate(optimizer.iterations)) == pytest.approx(0.1 * rate)


def test_steps_in_one_call_change_no_byte(tmp_path: Path, digits: Digits, settings: Settings, monkeypatch):
    save_digits(tmp_path / "train.npz", digits)
    for number in (1, 50):
        keras.utils.clear_session()  # names of layers are counted on within a process, and stand in the file
        monkeypatch.setattr(stage, "STEPS_PER_CALL", number)
        stage.train(tmp_path / "train.npz", tmp_path / "train.npz", tmp_path / f"in-{number}", settings, "modern", 0, Run())
    first, second = ((tmp_path / name / "generator.weights.h5").read_bytes() for name in ("in-1", "in-50"))
    assert first == second


def test_a_gan_that_goes_non_finite_is_a_result(tmp_path: Path, digits: Digits, settings: Settings, capsys):
    save_digits(tmp_path / "train.npz", digits)
    explosive = settings.gan["modern"].model_copy(update={"discriminator_learning_rate": 1e30, "training_images": 256 * 5})
    settings = settings.model_copy(update={"gan": {"modern": explosive}})
    stage.train(tmp_path / "train.npz", tmp_path / "train.npz", tmp_path / "modern-0", settings, "modern", 0, Run())
    history = json.loads((tmp_path / "modern-0/history.json").read_text())
    assert history["status"] == "diverged"
    assert len(history["epochs"]) < 5
    assert None in history["epochs"][-1].values()
    assert (tmp_path / "modern-0/generator.weights.h5").is_file()
    assert (tmp_path / "modern-0/figure.png").is_file()
    assert "diverged" in capsys.readouterr().out


def test_the_doctor_stops_a_gan_that_is_ill_if_it_is_told_to(tmp_path: Path, digits: Digits, settings: Settings):
    save_digits(tmp_path / "train.npz", digits)
    stopping = settings.model_copy(update={"train": settings.train.model_copy(update={"stop_on": "error"})})
    for variant, status, epochs in (("asker", "stopped", 1), ("answer", "finished", 2)):
        stage.train(tmp_path / "train.npz", tmp_path / "train.npz", tmp_path / variant, stopping, variant, 0, Run())
        history = read_json(tmp_path / variant / "history.json")
        assert (history["status"], len(history["epochs"])) == (status, epochs)
        assert len(read_json(tmp_path / variant / "evidence.json")["epochs"]) == epochs


def test_anything_else_that_fails_stops_and_leaves_nothing(tmp_path: Path, digits: Digits, settings: Settings, monkeypatch):
    save_digits(tmp_path / "train.npz", digits)

    def full_disk(*_: object) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(stage, "write_json", full_disk)
    with pytest.raises(OSError, match="no space left"):
        stage.train(tmp_path / "train.npz", tmp_path / "train.npz", tmp_path / "asker-0", settings, "asker", 0, Run())
    assert [path.name for path in tmp_path.iterdir()] == ["train.npz"]
