"""Where runs are kept."""

import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import mlflow
import pytest

from pipeline.tracking.store import connect
from tests.conftest import ROOT


def test_it_is_one_file_in_the_projects_root_even_from_a_temporary_copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root, copy = tmp_path / "root", tmp_path / "copy"
    root.mkdir()
    copy.mkdir()
    monkeypatch.chdir(copy)
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    monkeypatch.setenv("DVC_ROOT", str(root))
    client, experiment = connect("gan")
    assert connect("gan")[1] == experiment
    assert (root / "mlflow.db").is_file()
    assert list(copy.iterdir()) == []
    assert client.get_experiment(experiment).tags["mlflow.experimentKind"] == "custom_model_development"
    assert client.get_experiment(experiment).artifact_location == (root / "mlartifacts/gan").as_uri()


def test_the_environment_overrides_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DVC_ROOT", str(tmp_path))
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{tmp_path}/other.db")
    connect("gan")
    assert (tmp_path / "other.db").is_file()
    assert not (tmp_path / "mlflow.db").exists()


def test_a_relative_file_is_one_of_the_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "copy").mkdir()
    monkeypatch.chdir(tmp_path / "copy")
    monkeypatch.setenv("DVC_ROOT", str(tmp_path))
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "sqlite:///runs.db")
    connect("gan")
    assert (tmp_path / "runs.db").is_file()
    assert list((tmp_path / "copy").iterdir()) == []


PROGRAM = """
import sys
import numpy as np
from pipeline.tracking.publish import publish
from pipeline.tracking.run import EVALUATION, KEY, Run, Subject
from pipeline.tracking.store import connect

client, experiment = connect("gan")
key = sys.argv[1]
run = Run.create(client, experiment, key, Subject(key, {"seed": 1}, {}, []))
for epoch in range(1, 11):
    run.groups({"losses": {"d_loss": epoch, "g_loss": 2 * epoch}}, epoch, live=True)
run.image("samples", np.zeros((4, 4), np.uint8), 1)
run.finish()
publish(run, key, EVALUATION, "content")
"""


def at_once(shared: Path, processes: int, same: bool = False) -> list[subprocess.CompletedProcess[str]]:
    """Processes of as many projects that record in one store, which does not exist yet."""

    def start(number: int) -> subprocess.CompletedProcess[str]:
        folder = shared.parent / f"project-{number}"
        folder.mkdir()
        environment = {"PYTHONPATH": str(ROOT), "DVC_ROOT": str(folder), "MLFLOW_TRACKING_URI": f"sqlite:///{shared}"}
        command = [sys.executable, "-c", PROGRAM, "key" if same else f"key-{number}"]
        return subprocess.run(command, env=environment, cwd=folder, capture_output=True, text=True)

    with ThreadPoolExecutor(processes) as pool:
        return list(pool.map(start, range(processes)))


@pytest.mark.parametrize("processes", [2, pytest.param(8, marks=pytest.mark.slow)])
def test_processes_that_record_in_a_new_store_at_once_lose_nothing(tmp_path: Path, processes: int) -> None:
    ended = at_once(tmp_path / "shared.db", processes)
    assert [process.returncode for process in ended] == [0] * processes, ended
    client = mlflow.MlflowClient(f"sqlite:///{tmp_path}/shared.db")
    (experiment,) = client.search_experiments(filter_string="name = 'gan'")
    found = client.search_runs([experiment.experiment_id])
    assert sorted(str(run.info.run_name) for run in found) == [f"key-{number}" for number in range(processes)]
    for run in found:
        for name, factor in (("d_loss", 1), ("g_loss", 2)):
            history = client.get_metric_history(run.info.run_id, f"losses/{name}")
            assert [(point.step, point.value) for point in history] == [(epoch, factor * epoch) for epoch in range(1, 11)]
    assert len(list((tmp_path / "mlartifacts/gan").glob("*/artifacts/images/*.png"))) == processes
    assert not list(tmp_path.glob(".partial*"))


@pytest.mark.slow
def test_equal_runs_that_end_at_once_stay_one(tmp_path: Path) -> None:
    ended = at_once(tmp_path / "shared.db", 4, same=True)
    assert [process.returncode for process in ended] == [0] * 4, ended
    client = mlflow.MlflowClient(f"sqlite:///{tmp_path}/shared.db")
    (experiment,) = client.search_experiments(filter_string="name = 'gan'")
    assert len(client.search_runs([experiment.experiment_id])) == 1


def test_what_a_killed_maker_left_is_no_store(tmp_path: Path, empty_store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DVC_ROOT", str(tmp_path))
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    half = empty_store.read_bytes()[:8192]
    (tmp_path / ".partial-mlflow.db").write_bytes(half)
    (tmp_path / ".partial-mlflow.db-journal").write_bytes(half)
    (tmp_path / "mlflow.db").touch()
    connect("gan")
    assert {path.name for path in tmp_path.iterdir()} == {"mlflow.db", "mlflow.db.lock"}


def test_no_telemetry_is_sent() -> None:
    program = "import pipeline.tracking.store; from mlflow.telemetry.utils import is_telemetry_disabled; print(is_telemetry_disabled())"
    ended = subprocess.run([sys.executable, "-c", program], env={"PYTHONPATH": str(ROOT)}, capture_output=True, text=True)
    assert ended.stdout == "True\n", ended.stderr
    assert "analytics = false" in (ROOT / ".dvc/config").read_text()


def test_an_experiment_that_was_deleted_in_the_ui_comes_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DVC_ROOT", str(tmp_path))
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{tmp_path}/mlflow.db")
    client, experiment = connect("gan")
    client.delete_experiment(experiment)
    assert connect("gan")[1] == experiment
    assert client.get_experiment(experiment).lifecycle_stage == "active"


@pytest.fixture(autouse=True)
def _restore_tracking_uri() -> Iterator[None]:
    before = mlflow.get_tracking_uri()
    yield
    mlflow.set_tracking_uri(before)
