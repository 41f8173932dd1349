"""The sink: a dead or failing store costs one warning and no more."""

import socket
import time
from pathlib import Path

import mlflow
import numpy as np
import pytest
from mlflow.entities import Dataset, DatasetInput

from pipeline.settings.params import Settings
from pipeline.tracking.cells import record_epoch, training_run
from pipeline.tracking.classifier import record_classifier
from pipeline.tracking.comparison import record_comparison
from pipeline.tracking.run import Run, Subject
from pipeline.tracking.store import connect
from tests.tracking.conftest import ASKER, Files, runs

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


def test_a_dead_server_costs_one_warning_and_little_time(
    client: mlflow.MlflowClient, settings: Settings, files: Files, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"http://127.0.0.1:{port}")
    started = time.monotonic()
    with training_run(settings, ASKER, files.gan) as run:
        record_epoch(run, {"epoch": 1, "d_loss": 1.0}, seconds=1.0)
    assert run.failed
    assert time.monotonic() - started < 120  # MLflow's own time-outs add up to minutes
    warnings = [line for line in capsys.readouterr().err.splitlines() if line.startswith("warning:")]
    assert len(warnings) == 1
    assert "python -m pipeline.tracking" in warnings[0]


def test_a_store_that_fails_midway_is_left_alone_afterwards(capsys: pytest.CaptureFixture[str]) -> None:
    class Broken(mlflow.MlflowClient):
        calls = 0

        def __init__(self) -> None:
            pass

        def log_batch(self, *_: object, **__: object) -> None:
            self.calls += 1
            raise OSError("disk full")

    broken = Broken()
    run = Run(broken, "id")
    run.metrics("losses", {"d_loss": 1.0}, step=1)
    run.metrics("losses", {"d_loss": 1.0}, step=2)
    assert broken.calls == 1
    assert "disk full" in capsys.readouterr().err


def test_the_classifier_is_recorded_once_with_its_duration(client: mlflow.MlflowClient, settings: Settings, tmp_path: Path) -> None:
    report, history = tmp_path / "report.json", tmp_path / "history.json"
    report.write_text('{"accuracy": 0.99, "sha256": "ab"}')
    history.write_text('{"epochs": [{"epoch": 1, "loss": 0.5}]}')
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
    leaderboard.write_text('{"variants": []}')
    for content in ("one", "one", "two"):
        report.write_text(content)
        assert record_comparison(settings, leaderboard, report)
    assert len(runs(client, "comparison")) == 2


def test_a_classifier_and_a_comparison_that_were_cut_off_are_recorded_again(
    client: mlflow.MlflowClient, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths = {name: tmp_path / name for name in ("report.json", "history.json", "leaderboard.json", "index.html")}
    for path in paths.values():
        path.write_text('{"accuracy": 0.99, "sha256": "ab", "epochs": [], "variants": []}')

    def record() -> list[bool]:
        classifier = record_classifier(settings, paths["report.json"], paths["history.json"])
        return [classifier, record_comparison(settings, paths["leaderboard.json"], paths["index.html"])]

    with monkeypatch.context() as patch:
        patch.setattr(Run, "file", lambda run, _: run.fail(OSError("disk full")))
        assert record() == [False, False]
    assert record() == [True, True]
    for experiment in ("digit-classifier", "comparison"):
        (run,) = runs(client, experiment)
        assert run.info.status == "FINISHED"
