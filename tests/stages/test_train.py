"""The train stage: its files, and a GAN that diverges as a result instead of a crash."""

from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from pipeline.data.digits import Digits, save_digits
from pipeline.files.cells import Cell
from pipeline.files.errors import SettingsError
from pipeline.files.json_file import read_json
from pipeline.gan.base import GAN
from pipeline.gan.networks.build import build_discriminator
from pipeline.pictures.png import read_png
from pipeline.pictures.sheets import sample_sheet
from pipeline.settings.params import Settings
from pipeline.stages import train as stage
from pipeline.tracking.run import Run
from tests.devices import on_two_devices


@pytest.fixture
def split(tmp_path: Path, digits: Digits) -> Path:
    save_digits(tmp_path / "train.npz", digits)
    return tmp_path / "train.npz"


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[GAN]:
    """The GANs that the stage makes."""
    made: list[GAN] = []

    def make(*arguments: Any) -> GAN:
        made.append(GAN(*arguments))
        return made[-1]

    monkeypatch.setattr(stage, "GAN", make)
    return made


def train(split: Path, settings: Settings, variant: str, folder: str = "cell") -> Path:
    """Train a variant with seed 0 on a split, which is also the held-out one; the folder that was filled."""
    gan = split.parent / folder
    stage.train(stage.Paths(split, split, gan, split.parent / f"{folder}-checkpoints"), settings, Cell(variant, 0), Run())
    return gan


def with_variant(settings: Settings, name: str, **changes: Any) -> Settings:
    """The settings with one variant, changed."""
    return settings.model_copy(update={"gan": {name: settings.gan[name].model_copy(update=changes)}})


def test_a_cell_holds_weights_history_samples_and_pictures(split: Path, settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    gan = train(split, settings, "asker")
    files = sorted(path.relative_to(gan).as_posix() for path in gan.rglob("*") if path.is_file())
    sheets = [f"images/epoch-000{epoch}.png" for epoch in range(3)]
    assert files == [
        "discriminator.weights.h5",
        "evidence.json",
        "figure.png",
        "generator.weights.h5",
        "history.json",
        *sheets,
        "samples.npy",
        "samples.png",
    ]
    history = read_json(gan / "history.json")
    about = {"data_set": "mnist", "variant": "asker", "seed": 0, "status": "finished"}
    assert {name: value for name, value in history.items() if name != "epochs"} == about
    assert [row["epoch"] for row in history["epochs"]] == [1, 2]
    assert all(np.isfinite(list(row.values())).all() for row in history["epochs"])
    samples = np.load(gan / "samples.npy")
    assert samples.shape == (3, 10, 28, 28)
    for epoch, name in enumerate(sheets):
        assert (read_png(gan / name) == sample_sheet(samples[epoch], f"asker, seed 0, mnist, epoch {epoch}")).all()
    assert (gan / "samples.png").read_bytes() == (gan / sheets[-1]).read_bytes()
    last = history["epochs"][-1]
    health = read_json(gan / "evidence.json")["epochs"][-1]
    printed = capsys.readouterr().out
    shown = (last["d_loss"], last["g_loss"], health["real_fake_auc"], health["diversity"])
    assert "asker-0: epoch 2/2  d_loss {:.3g}  g_loss {:.3g}  real_fake_auc {:.3g}  diversity {:.3g}  [100%, ".format(*shown) in printed
    assert printed.endswith(f"wrote {gan}: finished, a generator and 2 epochs of losses and samples\nnext: dvc repro evaluate@asker-0\n")


@pytest.mark.parametrize("critic_steps", [pytest.param(1, marks=pytest.mark.slow), 5])
def test_schedules_end_with_the_last_step_of_the_last_epoch(made: list[GAN], split: Path, settings: Settings, critic_steps: int) -> None:
    falling = with_variant(settings, "answer", final_learning_rate_fraction=0.1, critic_steps=critic_steps)
    train(split, falling, "answer")
    (gan,) = made
    assert int(gan.step) == int(gan.optimizer.iterations) == 2 * (256 // (critic_steps * 32))
    rates = falling.gan["answer"].generator_learning_rate, falling.gan["answer"].discriminator_learning_rate
    for optimizer, rate in zip((gan.optimizer, gan.discriminator_optimizer), rates, strict=True):
        assert float(optimizer._learning_rate(optimizer.iterations)) == pytest.approx(0.1 * rate)


def test_steps_in_one_call_change_no_byte(split: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """With penalties and an averaged generator."""
    for number in (1, 50):
        keras.utils.clear_session()  # Keras counts the names of layers within a process, and they stand in the file
        monkeypatch.setattr(stage, "STEPS_PER_CALL", number)
        train(split, settings, "answer_tuned", f"in-{number}")
    for name in ("generator.weights.h5", "discriminator.weights.h5"):
        assert (split.parent / "in-1" / name).read_bytes() == (split.parent / "in-50" / name).read_bytes()


def test_the_discriminator_that_is_kept_is_the_one_that_was_trained(made: list[GAN], split: Path, settings: Settings) -> None:
    """Of a GAN whose samples go into a second discriminator, which nothing trains."""
    folder = train(split, settings, "asker")
    kept = build_discriminator(settings.gan["asker"])
    kept.load_weights(folder / "discriminator.weights.h5")
    for weights, trained, untrained in zip(
        kept.get_weights(), made[0].discriminator.get_weights(), made[0].fake_discriminator.get_weights(), strict=True
    ):
        assert (weights == trained).all()
        assert (weights != untrained).any()


def test_a_gan_that_goes_non_finite_is_a_result(split: Path, settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    explosive = with_variant(settings, "answer_tuned", discriminator_learning_rate=1e30, training_images=256 * 5)
    gan = train(split, explosive, "answer_tuned")
    history = read_json(gan / "history.json")
    assert history["status"] == "diverged"
    assert len(history["epochs"]) < 5
    assert None in history["epochs"][-1].values()
    assert (gan / "generator.weights.h5").is_file()
    assert (gan / "figure.png").is_file()
    assert "diverged" in capsys.readouterr().out


@pytest.mark.parametrize(("variant", "status", "epochs"), [("asker", "stopped", 1), ("answer", "finished", 2)])
def test_the_doctor_stops_a_broken_gan_if_the_settings_say_so(split: Path, settings: Settings, variant: str, status: str, epochs: int) -> None:
    stopping = settings.model_copy(update={"train": settings.train.model_copy(update={"stop_on": "error"})})
    gan = train(split, stopping, variant)
    history = read_json(gan / "history.json")
    assert (history["status"], len(history["epochs"])) == (status, epochs)
    assert ("stopped_by" in history) == (status == "stopped")
    assert len(read_json(gan / "evidence.json")["epochs"]) == epochs


def test_anything_else_that_fails_stops_and_leaves_nothing(split: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    def full_disk(*_: object) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(stage, "write_json", full_disk)
    with pytest.raises(OSError, match="no space left"):
        train(split, settings, "answer")
    assert sorted(path.name for path in split.parent.iterdir()) == ["cell-checkpoints", "train.npz"]


def mirrored(settings: Settings) -> Settings:
    return settings.model_copy(update={"run": settings.run.model_copy(update={"strategy": "mirrored"})})


@pytest.mark.slow
def test_two_devices_train_a_cell_as_one_and_continue_exactly(split: Path) -> None:
    """The same rounded numbers, and what the doctor measures; a training that was stopped ends with the bytes of one that was not."""
    found = on_two_devices("tests.stages.two_devices", str(split))
    assert found["same"]
    single, both = found["histories"]
    assert single.keys() == both.keys()
    assert len(single["epochs"]) == 2
    for one, other in zip(single["epochs"], both["epochs"], strict=True):
        assert other == pytest.approx(one, rel=1e-4)
    single, both = found["evidence"]
    assert single["before"].keys() == both["before"].keys()
    assert both["before"]["step"] == nearly(single["before"]["step"])
    for one, other in zip(single["epochs"], both["epochs"], strict=True):
        shares = {name: (one.pop(name), other.pop(name)) for name in ("batch_rows", "between_batches", "within_batches")}
        assert shares["batch_rows"] == (32, 16)
        assert other == pytest.approx(one, rel=1e-3, abs=1e-6)


def nearly(value: Any) -> Any:
    """The same with numbers that may be rounded otherwise."""
    if isinstance(value, dict):
        return {name: nearly(part) for name, part in value.items()}
    return pytest.approx(value, rel=1e-4) if isinstance(value, float) else value


def test_one_device_of_several_that_were_asked_for_trains_as_single(split: Path, settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    alone = train(split, settings, "answer")
    assert "mirrored" not in capsys.readouterr().out
    keras.utils.clear_session()
    asked = train(split, mirrored(settings), "answer", "asked")
    said = "run.strategy: mirrored, and TensorFlow sees one device: it trains alone, as with single\n"
    assert capsys.readouterr().out.startswith(said)
    assert (asked / "history.json").read_bytes() == (alone / "history.json").read_bytes()


def test_a_batch_that_devices_cannot_share_is_refused(split: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stage, "training_devices", lambda strategy: ["one", "another", "third"])
    expected = r"^params.yaml: gan.answer.batch_size: expected a multiple of 3, .*, received 32; the next is 33, and run.strategy: single takes any$"
    with pytest.raises(SettingsError, match=expected):
        train(split, mirrored(settings), "answer")
    assert not (split.parent / "cell").exists()
