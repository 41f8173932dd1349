"""The sink: one run per key, cut-off runs make place, a dead store costs a warning and no more."""

import socket
import time
from pathlib import Path

import mlflow
import numpy as np
import pytest

from pipeline.tracking.run import EVALUATION, KEY, TRAINING, Run, Subject, tracked_run

SUBJECT = Subject("key", {"gan.depth": 200}, {"data_set": "mnist"}, ("mnist", "ab12", "artifacts/data/train.npz"))


@pytest.fixture
def client(tmp_path: Path, monkeypatch) -> mlflow.MlflowClient:
    monkeypatch.setenv("DVC_ROOT", str(tmp_path))
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{tmp_path}/mlflow.db")
    return mlflow.MlflowClient(f"sqlite:///{tmp_path}/mlflow.db")


def found(client: mlflow.MlflowClient) -> list[mlflow.entities.Run]:
    return client.search_runs([client.get_experiment_by_name("gan").experiment_id])


def test_a_key_has_one_run_which_two_parts_share(client):
    with tracked_run("gan", "asker-0", TRAINING, lambda: SUBJECT) as run:
        assert run.is_new
        run.metrics({"d_loss": 1.5, "text": "left out", "flag": True, "nothing": None}, step=3)
        run.image("samples", np.zeros((4, 4), np.uint8), step=3)
    with tracked_run("gan", "asker-0", EVALUATION, lambda: SUBJECT) as run:
        assert not run.is_new
        run.metrics({"frechet_distance": 2.0}, step=0)
    (recorded,) = found(client)
    assert recorded.info.status == "FINISHED"
    assert recorded.info.run_name == "asker-0"
    data_set = recorded.inputs.dataset_inputs[0].dataset
    assert (data_set.name, data_set.digest) == ("mnist", "ab12")
    assert recorded.data.params == {"gan.depth": "200"}
    assert recorded.data.metrics == {"d_loss": 1.5, "frechet_distance": 2.0}
    assert {KEY: "key", TRAINING: "complete", EVALUATION: "complete", "data_set": "mnist"}.items() <= recorded.data.tags.items()


def test_a_part_that_is_on_record_is_not_written_again(client):
    for value in (1.0, 2.0):
        with tracked_run("gan", "asker-0", TRAINING, lambda: SUBJECT) as run:
            run.metrics({"d_loss": value}, step=1)
    (recorded,) = found(client)
    assert recorded.data.metrics == {"d_loss": 1.0}


def test_a_run_that_was_cut_off_makes_place_for_a_new_one(client):
    with pytest.raises(KeyboardInterrupt), tracked_run("gan", "asker-0", TRAINING, lambda: SUBJECT) as run:
        run.metrics({"d_loss": 9.0}, step=1)
        raise KeyboardInterrupt
    (failed,) = found(client)
    assert failed.info.status == "FAILED"
    with tracked_run("gan", "asker-0", TRAINING, lambda: SUBJECT) as run:
        run.metrics({"d_loss": 1.0}, step=1)
    (recorded,) = found(client)
    assert recorded.info.run_id != failed.info.run_id
    assert recorded.data.metrics == {"d_loss": 1.0}


def test_a_dead_server_costs_one_warning_and_little_time(tmp_path: Path, monkeypatch, capsys):
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    monkeypatch.setenv("DVC_ROOT", str(tmp_path))
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"http://127.0.0.1:{port}")
    started = time.monotonic()
    with tracked_run("gan", "asker-0", TRAINING, lambda: SUBJECT) as run:
        run.metrics({"d_loss": 1.0}, step=1)
        run.image("samples", np.zeros((4, 4), np.uint8), step=1)
    assert time.monotonic() - started < 20
    warnings = [line for line in capsys.readouterr().err.splitlines() if line.startswith("warning:")]
    assert len(warnings) == 1
    assert "python -m pipeline.tracking" in warnings[0]


def test_a_subject_that_cannot_be_told_costs_one_warning(client, capsys):
    def identify() -> Subject:
        raise FileNotFoundError("artifacts/data/test.npz")

    with tracked_run("gan", "asker-0", TRAINING, identify) as run:
        run.metrics({"d_loss": 1.0}, step=1)
    assert run.failed
    assert "artifacts/data/test.npz" in capsys.readouterr().err


def test_a_store_that_fails_midway_silences_the_rest(capsys):
    class Broken:
        calls = 0

        def log_batch(self, *_: object, **__: object) -> None:
            self.calls += 1
            raise OSError("disk full")

    broken = Broken()
    run = Run(broken, "id")
    run.metrics({"d_loss": 1.0}, step=1)
    run.metrics({"d_loss": 1.0}, step=2)
    assert broken.calls == 1
    assert "disk full" in capsys.readouterr().err
