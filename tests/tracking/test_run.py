"""One run as a sink, and the runs of the classifier and of a comparison."""

import time
from pathlib import Path
from typing import Any

import mlflow
import numpy as np
import pytest
from mlflow.entities import Dataset, DatasetInput, Metric
from mlflow.exceptions import MlflowException

from pipeline.files.artifacts import write_json
from pipeline.settings.params import Settings
from pipeline.tracking.classifier import record_classifier
from pipeline.tracking.comparison import record_comparison
from pipeline.tracking.run import Run, Subject
from pipeline.tracking.store import connect
from tests import written
from tests.tracking.conftest import runs


def full_disk(*_: object) -> None:
    raise OSError("disk full")


DATA = Dataset("mnist_train", "ab12", "local", '{"uri": "artifacts/data/train.npz"}')
SUBJECT = Subject("key", {"gan.depth": 200}, {"data_set": "mnist"}, [DatasetInput(DATA, [])])


def test_a_run_holds_settings_data_set_numbers_and_pictures(client: mlflow.MlflowClient) -> None:
    _, experiment = connect("gan")
    run = Run.create(client, experiment, "asker-0", SUBJECT, started=1000.0)
    run.metrics("losses", {"d_loss": 1.5, "text": "left out", "flag": True, "nothing": None}, step=3)
    run.image("samples", np.zeros((4, 4), np.uint8), step=3)
    run.finish(ended=1060.0)
    (recorded,) = runs(client)
    assert (recorded.info.run_name, recorded.info.status) == ("asker-0", "FINISHED")
    assert (recorded.info.start_time, recorded.info.end_time) == (1_000_000, 1_060_000)
    assert (recorded.data.params, recorded.data.metrics) == ({"gan.depth": "200"}, {"losses/d_loss": 1.5})
    assert recorded.inputs
    data_set = recorded.inputs.dataset_inputs[0].dataset
    assert (data_set.name, data_set.digest) == ("mnist_train", "ab12")


def test_a_history_of_any_length_is_recorded_whole_in_few_calls(client: mlflow.MlflowClient, monkeypatch: pytest.MonkeyPatch) -> None:
    _, experiment = connect("gan")
    run = Run.create(client, experiment, "asker-0", SUBJECT)
    calls, real = list[int](), client.log_batch

    def counted(run_id: str, points: list[Metric]) -> None:
        calls.append(len(points))
        real(run_id, points)

    monkeypatch.setattr(client, "log_batch", counted)
    run.by_epoch("losses", ({"epoch": epoch, "d_loss": epoch / 2, "g_loss": None if epoch == 2 else 1.0} for epoch in range(1, 601)))
    assert calls == [1000, 199]  # MLflow refuses more than 1000 numbers at once
    run_id = runs(client)[0].info.run_id
    assert {point.step: point.value for point in client.get_metric_history(run_id, "losses/d_loss")} == {epoch: epoch / 2 for epoch in range(1, 601)}
    assert {point.step for point in client.get_metric_history(run_id, "losses/g_loss")} == {1, *range(3, 601)}


def test_a_data_set_that_another_process_records_at_the_same_moment_is_no_failure(
    client: mlflow.MlflowClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    experiment, real, calls = client.create_experiment("gan"), client.log_inputs, []

    def faster(run_id: str, data: list[DatasetInput]) -> None:
        calls.append(run_id)
        if len(calls) == 1:
            raise MlflowException("UNIQUE constraint failed: datasets.experiment_id, datasets.name, datasets.digest")
        real(run_id, data)

    monkeypatch.setattr(client, "log_inputs", faster)
    Run.create(client, experiment, "asker-0", SUBJECT)
    (recorded,) = runs(client)
    assert recorded.inputs
    assert [each.dataset.name for each in recorded.inputs.dataset_inputs] == [each.dataset.name for each in SUBJECT.data]


def test_the_classifier_is_recorded_once_with_its_duration(client: mlflow.MlflowClient, settings: Settings, tmp_path: Path) -> None:
    report, history = tmp_path / "report.json", tmp_path / "history.json"
    write_json(report, written.CLASSIFIER)
    write_json(history, written.CLASSIFIER_HISTORY)
    for _ in range(2):
        assert record_classifier(settings, report, history, time.time() - 5)
    (run,) = runs(client, "digit-classifier")
    seconds = run.data.metrics.pop("time/training_seconds")
    assert run.data.metrics == {"losses/loss": 0.5, "scores/test_accuracy": 0.99}
    assert 5 <= seconds < 600
    assert run.data.tags["device"]
    assert run.inputs
    uses = [(each.dataset.name, each.tags[0].value) for each in run.inputs.dataset_inputs]
    assert uses == [("mnist_train", "training"), ("mnist_validation", "validation"), ("mnist_test", "evaluation")]
    assert client.get_metric_history(run.info.run_id, "scores/test_accuracy")[0].step == 0  # a number, and no line
    assert 5000 <= run.info.end_time - run.info.start_time < 600_000


def test_a_comparison_is_recorded_once_for_each_content(client: mlflow.MlflowClient, settings: Settings, tmp_path: Path) -> None:
    leaderboard, report = tmp_path / "leaderboard.json", tmp_path / "index.html"
    write_json(leaderboard, written.leaderboard([written.scores()], []))
    for content in ("one", "one", "two"):
        report.write_text(content)
        assert record_comparison(settings, leaderboard, report)
    assert len(runs(client, "comparison")) == 2


def test_a_classifier_and_a_comparison_that_were_cut_off_are_recorded_again(
    client: mlflow.MlflowClient, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths = {name: tmp_path / name for name in ("report.json", "history.json", "leaderboard.json", "index.html")}
    contents: tuple[dict[str, Any], ...] = (written.CLASSIFIER, written.CLASSIFIER_HISTORY, written.leaderboard([written.scores()], []), {})
    for path, content in zip(paths.values(), contents, strict=True):
        write_json(path, content)

    def record() -> list[bool]:
        classifier = record_classifier(settings, paths["report.json"], paths["history.json"])
        return [classifier, record_comparison(settings, paths["leaderboard.json"], paths["index.html"])]

    with monkeypatch.context() as patch:
        patch.setattr(Run, "file", full_disk)
        assert record() == [False, False]
    assert record() == [True, True]
    for experiment in ("digit-classifier", "comparison"):
        (run,) = runs(client, experiment)
        assert run.info.status == "FINISHED"
