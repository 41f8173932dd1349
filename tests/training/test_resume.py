"""A cell's training that was ended at any moment continues, and ends with the bytes of one that was never ended."""

import gc
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from pipeline.data.digits import Digits, save_digits
from pipeline.doctor.evidence import recorder
from pipeline.files.cells import Cell
from pipeline.files.checkpoints import Checkpoints, remove_finished
from pipeline.files.errors import PipelineError
from pipeline.gan.base import GAN, training_batches
from pipeline.settings.params import Settings
from pipeline.settings.variants import VariantSettings
from pipeline.stages import train as stage
from pipeline.tracking.run import Run
from pipeline.training import resume
from pipeline.training.resume import Resume, Saving

Change = dict[str, Any]
CALL = 2  # steps in one call into TensorFlow: a training of two epochs of eight steps can be stopped at 2, 4, ...


class KilledError(Exception):
    """Stands for the end of the process."""


class Trainings:
    """Trainings of one cell, and the bytes of what they made."""

    def __init__(self, folder: Path, digits: Digits, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder, self.settings, self.patch = folder, settings, monkeypatch
        self.recorded: list[tuple[str, int]] = []
        self.earlier: list[bool] = []  # of each epoch that was recorded: whether it ended before the training was continued
        self.seconds_before = 0.0
        monkeypatch.setattr(stage, "STEPS_PER_CALL", CALL)
        monkeypatch.setattr(stage, "record_epoch", self._record)
        monkeypatch.setattr(stage, "record_sheet", lambda run, epoch, sheet, caption: self.recorded.append(("sheet", epoch)))
        save_digits(folder / "train.npz", digits)

    def _record(self, run: Run, row: dict[str, float], seconds: float, earlier: bool) -> None:
        self.recorded.append(("row", int(row["epoch"])))
        self.earlier.append(earlier)

    def train(self, name: str, variant: str) -> dict[str, bytes]:
        keras.utils.clear_session()  # Keras counts the names of layers within a process, and they stand in the files
        self.recorded.clear()
        self.earlier.clear()
        gan, split, run = self.folder / name, self.folder / "train.npz", Run()
        stage.train(stage.Paths(split, split, gan, self.folder / f"{name}-checkpoints"), self.settings, Cell(variant, 0), run)
        self.seconds_before = run.seconds_before
        return {path.relative_to(gan).as_posix(): path.read_bytes() for path in sorted(gan.rglob("*")) if path.is_file()}

    def stopped(self, name: str, variant: str, at: int, of: int = 16) -> None:
        """Train until a stop is asked for after so many steps."""
        count = iter(range(CALL, 10_000, CALL))
        self.patch.setattr(resume, "stop_asked", lambda: "terminated" if next(count) >= at else None)
        self.patch.setattr(resume, "stopped", PipelineError)
        with pytest.raises(PipelineError, match=f"step {at} of {of} is kept: `dvc repro train@{variant}-0` continues there"):
            self.train(name, variant)
        self.patch.setattr(resume, "stop_asked", lambda: None)

    def killed(self, name: str, variant: str, at: int) -> None:
        """Train until the process ends after so many steps, without a word."""
        count, end = iter(range(CALL, 10_000, CALL)), Resume.on_train_batch_end

        def ended(*_: Any, **__: Any) -> None:
            if next(count) >= at:
                raise KilledError

        self.patch.setattr(Resume, "on_train_batch_end", ended)
        with pytest.raises(KilledError):
            self.train(name, variant)
        self.patch.setattr(Resume, "on_train_batch_end", end)


@pytest.fixture
def trainings(tmp_path: Path, digits: Digits, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Trainings]:
    def make(variant: str, **changes: Any) -> Trainings:
        changed = settings.model_copy(update={"gan": {variant: settings.gan[variant].model_copy(update=changes)}})
        return Trainings(tmp_path, digits, changed, monkeypatch)

    return make


@pytest.fixture
def examined_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The networks are not examined before training, which takes most of the time of so short a training; slow tests do it."""
    monkeypatch.setattr(recorder, "examination", lambda *_: {"loss": {"real_is_up": True}})


@pytest.mark.usefixtures("examined_at_once")
def test_stopped_in_mid_epoch_it_goes_on_there(trainings: Callable[..., Trainings], capsys: pytest.CaptureFixture[str]) -> None:
    of = trainings("asker")
    unbroken = of.train("unbroken", "asker")
    assert (of.earlier, of.seconds_before) == ([False, False], 0)
    recorded = list(of.recorded)
    of.stopped("broken", "asker", at=10)
    capsys.readouterr()
    assert of.train("broken", "asker") == unbroken
    assert (of.recorded, of.earlier) == (recorded, [True, False])
    assert of.seconds_before > 0
    assert "continues after epoch 1, step 2 of 8" in capsys.readouterr().out


VARIANTS = [
    pytest.param("asker", {}, id="second-discriminator"),
    pytest.param("modern", {}, id="conditional-averaged-batch-norm"),
    pytest.param("hinge_sn", {}, id="spectral"),
    pytest.param("wgan_gp", {"batch_size": 6}, id="critic-steps"),
    pytest.param("modern", {"precision": "mixed_bfloat16"}, id="bfloat16"),
    pytest.param("answer", {"objective": "wasserstein", "weight_clip": 0.01}, id="weight-clip"),
]


@pytest.mark.slow
@pytest.mark.parametrize(("variant", "changes"), VARIANTS)
def test_stopped_in_mid_epoch_and_killed_after_it_a_training_ends_with_the_same_bytes(
    trainings: Callable[..., Trainings], variant: str, changes: Change
) -> None:
    of = trainings(variant, **changes)
    unbroken = of.train("unbroken", variant)
    recorded = list(of.recorded)
    of.stopped("broken", variant, at=6)
    of.killed("broken", variant, at=12)  # in the second epoch
    assert of.train("broken", variant) == unbroken
    assert of.recorded == recorded


@pytest.mark.slow
def test_a_finished_training_takes_no_step_again_and_a_damaged_checkpoint_costs_an_epoch(
    trainings: Callable[..., Trainings], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    of = trainings("answer")
    unbroken = of.train("cell", "answer")
    monkeypatch.setattr(GAN, "fit", lambda *_, **__: pytest.fail("expected no step"))
    assert of.train("cell", "answer") == unbroken
    monkeypatch.undo()
    newest = Checkpoints(of.folder / "cell-checkpoints").folder_of(16)
    (newest / "arrays.npz").write_bytes(b"")
    assert of.train("cell", "answer") == unbroken
    assert f"warning: {newest}: expected arrays.npz" in capsys.readouterr().err


@pytest.mark.slow
@pytest.mark.parametrize("every", [1, 3])
def test_where_a_training_diverges_the_newest_finite_state_is_kept_and_named_wherever_it_was_stopped(
    trainings: Callable[..., Trainings], every: int
) -> None:
    """Its learning rate makes it lose all numbers in its third epoch; how often checkpoints are written changes no byte."""
    of = trainings("answer", training_images=256 * 5)
    of.settings = of.settings.model_copy(update={"run": of.settings.run.model_copy(update={"checkpoint_epochs": every})})
    spoil_from(of.patch, step=20)
    unbroken = of.train("unbroken", "answer")
    history = json.loads(unbroken["history.json"])
    assert (history["status"], history["newest_finite_checkpoint"], len(history["epochs"])) == ("diverged", 2, 3)
    kept = Checkpoints(of.folder / "unbroken-checkpoints").newest()
    assert kept is not None
    assert int(kept.name) == 16
    of.stopped("broken", "answer", at=18, of=40)
    assert of.train("broken", "answer") == unbroken
    remove_finished("train", "answer-0")
    assert kept.is_dir()


def spoil_from(patch: pytest.MonkeyPatch, step: int) -> None:
    """The images of every step from this one on are not numbers."""
    whole = training_batches

    def spoilt(digits: Digits, variant: VariantSettings, seed: int, first_step: int = 0) -> tf.data.Dataset:
        stream = whole(digits, variant, seed, first_step).enumerate(first_step)
        return stream.map(lambda number, batch: (tf.where(number < step, batch[0], np.nan), batch[1]))

    patch.setattr(stage, "training_batches", spoilt)


def test_every_variable_of_a_gan_is_in_its_checkpoint(settings: Settings) -> None:
    """Of networks, averages, the second discriminator, both optimizers and the count of steps."""
    for variant in (settings.gan["asker"], settings.gan["hinge_sn"]):
        before = {id(item) for item in gc.get_objects() if isinstance(item, keras.Variable)}
        gan = GAN(variant, 0, 3)
        gc.collect()  # of the networks that were built with Keras' own layers
        made = [item for item in gc.get_objects() if isinstance(item, keras.Variable) and id(item) not in before]
        saving = Saving(Path("nowhere"), 1, "train@x-0")
        found = Resume(gan, [gan.optimizer, gan.discriminator_optimizer], 3, {}, saving)
        saved = {id(variable) for variable in [*found.variables, *gan.metrics_variables]}
        left_out = {variable.path for variable in made if id(variable) not in saved}
        assert left_out <= {"loss/total", "loss/count"}  # Keras' own loss, which our step does not record
        assert len(made) > 30
