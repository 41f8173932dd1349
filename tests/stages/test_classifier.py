"""The classifier stage: it learns, reports its accuracy, and shifts images without losing them."""

from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf

from pipeline.classifier import training
from pipeline.classifier.training import _shifted_batches, epochs_to_train, windows
from pipeline.data.digits import Digits, save_digits
from pipeline.files.artifacts import file_hash
from pipeline.files.errors import PipelineError
from pipeline.files.json_file import read_json
from pipeline.settings.params import Settings
from pipeline.stages.classifier import Paths, classifier
from pipeline.training import resume

FILES = ("train.npz", "validation.npz", "test.npz", "c.weights.h5", "report.json", "history.json", "confusion.csv", "checkpoints")


def test_it_learns_what_can_be_learnt_and_reports_it(tmp_path: Path, digits: Digits, settings: Settings) -> None:
    paths = Paths(*(tmp_path / name for name in FILES))
    for path in paths[:3]:
        save_digits(path, digits)
    longer = {"epochs": 40, "minimum_steps": 1, "batch_size": 20, "width": 8, "shift_pixels": 0, "learning_rate": 0.01}
    classifier(paths, settings.model_copy(update={"classifier": settings.classifier.model_copy(update=longer)}))
    report, history = read_json(paths.report), read_json(paths.history)
    counts = np.array(history["confusion"]["true rows, predicted columns"])
    assert counts.sum(axis=1).tolist() == [4] * 10  # rows are true classes
    assert report["accuracy"] == pytest.approx(np.trace(counts) / 40)
    assert history["epochs"][-1]["accuracy"] > 0.6 > 0.2 > history["epochs"][0]["accuracy"]
    assert report["sha256"] == file_hash(paths.weights, "sha256")
    assert report["data_set"] == history["data_set"] == "mnist"
    true, predicted = np.loadtxt(paths.confusion, int, delimiter=",", skiprows=1).T
    assert (np.histogram2d(true, predicted, bins=range(11))[0] == counts).all()
    assert [row["epoch"] for row in history["epochs"]] == list(range(1, 41))
    assert history["epochs"][-1]["loss"] < history["epochs"][0]["loss"]


@pytest.mark.parametrize(("minimum_steps", "epochs"), [(4, 2), (5, 3), (6, 3), (1, 2)])
def test_a_small_data_set_has_more_epochs_so_that_the_batch_statistics_settle(settings: Settings, minimum_steps: int, epochs: int) -> None:
    small = settings.classifier.model_copy(update={"epochs": 2, "minimum_steps": minimum_steps})
    assert epochs_to_train(small, steps=2) == epochs


def test_images_are_shifted_by_at_most_so_many_pixels_in_each_direction(settings: Settings) -> None:
    images = np.zeros((200, 28, 28), np.uint8)
    images[:, 14, 14] = 255
    digits = Digits("mnist", images, np.zeros(200, np.uint8))
    for pixels, expected in ((2, set(range(12, 17))), (0, {14})):
        shifting = settings.classifier.model_copy(update={"batch_size": 200, "shift_pixels": pixels})
        (shifted, _), (other, _) = _shifted_batches(digits, shifting, 0).take(2)
        rows, columns = np.nonzero(shifted.numpy()[..., 0])[1:]
        assert len(rows) == 200
        assert set(rows) == set(columns) == expected
        assert shifted.numpy().max() == 1
        assert (shifted == other).numpy().all() == (pixels == 0)


def test_shifted_batches_from_a_step_on_are_those_of_a_training_that_was_not_ended(settings: Settings, digits: Digits) -> None:
    small = settings.classifier.model_copy(update={"batch_size": 16})
    whole, rest = list(_shifted_batches(digits, small, 0).take(7)), list(_shifted_batches(digits, small, 4).take(3))
    for (images, labels), (again, labels_again) in zip(whole[4:], rest, strict=True):
        assert (images == again).numpy().all()
        assert (labels == labels_again).numpy().all()
    assert (whole[0][0] != next(iter(_shifted_batches(digits, small.model_copy(update={"seed": 1}), 0)))[0]).numpy().any()


def test_a_window_is_cut_out_of_each_image_at_its_own_place() -> None:
    images = np.random.default_rng(0).integers(0, 256, (6, 33, 31), np.uint8)
    offsets = np.array([[0, 0], [5, 3], [0, 3], [5, 0], [2, 1], [4, 2]], np.int32)
    expected = [image[top : top + 28, left : left + 28] for image, (top, left) in zip(images, offsets, strict=True)]
    assert (windows(tf.constant(images), tf.constant(offsets)).numpy() == expected).all()


def test_stopped_in_mid_epoch_it_continues_and_ends_with_the_same_bytes(
    tmp_path: Path, digits: Digits, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Dropout, shifts, order of the images, batch statistics, optimizer and history go on where they were."""
    longer = settings.classifier.model_copy(update={"epochs": 2, "minimum_steps": 1, "batch_size": 10})
    small = settings.model_copy(update={"classifier": longer})

    def made(name: str) -> list[bytes]:
        keras.utils.clear_session()  # Keras counts the names of layers within a process
        paths = Paths(*(tmp_path / name / file for file in FILES))
        for path in paths[:3]:
            path.parent.mkdir(exist_ok=True)
            save_digits(path, digits)
        classifier(paths, small)
        return [path.read_bytes() for path in paths[3:7]]

    monkeypatch.setattr(training, "STEPS_PER_CALL", 2)
    unbroken = made("unbroken")
    monkeypatch.setattr(resume, "stopped", PipelineError)
    asked = iter([None, None, "interrupted"])  # in the middle and at the end of an epoch of four steps, and in the middle of the second
    monkeypatch.setattr(resume, "stop_asked", lambda: next(asked))
    with pytest.raises(PipelineError, match="step 6 of 8 is kept: `dvc repro classifier` continues there"):
        made("broken")
    monkeypatch.setattr(resume, "stop_asked", lambda: None)
    assert made("broken") == unbroken
