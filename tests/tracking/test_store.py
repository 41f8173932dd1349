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


def test_processes_that_create_it_at_once_do_not_break_it(tmp_path: Path) -> None:
    command = [sys.executable, "-c", "from pipeline.tracking.store import connect; connect('gan')"]
    environment = {"PYTHONPATH": str(ROOT), "DVC_ROOT": str(tmp_path)}
    with ThreadPoolExecutor(2) as pool:
        ended = list(pool.map(lambda _: subprocess.run(command, env=environment, cwd=tmp_path, capture_output=True, text=True), range(2)))
    assert [process.returncode for process in ended] == [0] * 2, ended


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
