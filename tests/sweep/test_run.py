"""Cells side by side on a real local Ray: the bytes of `dvc repro`, whatever happens to the processes; and what is refused before it starts."""

import os
import random
import shutil
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path
from types import SimpleNamespace

import pytest
from mlflow import MlflowClient

from benchmarks.sweep.kills import running
from benchmarks.torture.projects import locked_stages, outputs
from pipeline.files.errors import PipelineError
from pipeline.settings.params import load_settings
from pipeline.sweep.cluster import places, ray_at, require_same_software
from pipeline.sweep.run import sweep
from pipeline.sweep.schedule import run_cells
from pipeline.sweep.snapshot import Snapshot
from pipeline.sweep.worker import Job
from tests.conftest import ROOT
from tests.project import ENVIRONMENT, make_project, ran, run

WORKERS = ("ray::run_cell", "pipeline.sweep.cell", "pipeline.stages.train")
REFUSAL = """import os, sys
if {"pipeline.stages.train", "asker"} <= set(sys.orig_argv):
    print("error: artifacts: No space left on device", file=sys.stderr, flush=True)
    os._exit(1)
"""


def same_bytes(project: Path, right: Path) -> bool:
    own, expected = outputs(project), outputs(right)
    assert own.keys() == expected.keys()
    assert [name for name in own if own[name] != expected[name]] == []
    assert locked_stages(project) == locked_stages(right)
    return True


def commit(project: Path) -> None:
    run(project, "git", "-c", "user.name=t", "-c", "user.email=t@t", "commit", "-qam", "change")


@pytest.mark.slow
def test_a_sweep_whose_processes_are_killed_reaches_a_colleague_with_the_bytes_of_dvc_repro(finished_project: Path, tmp_path: Path) -> None:
    project = make_project(tmp_path / "project")
    run(project, "dvc", "remote", "add", "--default", "store", str(tmp_path / "remote"))
    commit(project)
    command = [sys.executable, "-m", "pipeline.sweep"]
    process = subprocess.Popen(command, cwd=project, env=ENVIRONMENT, stdout=subprocess.PIPE, text=True)
    killed: list[str] = []
    killer = threading.Thread(target=_kill_some, args=[process, killed])
    killer.start()
    output, _ = process.communicate(timeout=1200)
    killer.join()
    assert process.returncode == 0, output
    assert killed == list(WORKERS)
    assert "2/2 cells done, 0 running, best " in output
    assert same_bytes(project, finished_project)

    again = run(project, *command)
    assert again.returncode == 0
    assert "cells done" not in again.stdout  # nothing to do, so Ray was not started

    (experiment,) = (client := MlflowClient(f"sqlite:///{project / 'mlflow.db'}")).search_experiments(filter_string="name = 'gan'")
    named = {(each.info.run_name, each.data.tags.get("sweep")) for each in client.search_runs([experiment.experiment_id])}
    assert named >= {("asker-0", "rates"), ("modern-0", "rates")}
    assert client.search_registered_models() == []  # no champion

    run(tmp_path, "git", "clone", "-q", str(project), "clone")
    shutil.copy(project / "dvc.lock", tmp_path / "clone")
    assert run(tmp_path / "clone", "dvc", "pull", "--run-cache").returncode == 0
    assert set(ran(run(tmp_path / "clone", "dvc", "repro"))) <= {"settings", "compare"}  # which train and score nothing


def _kill_some(process: "subprocess.Popen[str]", killed: list[str]) -> None:
    """Kill three of the processes that run cells, one after the other: Ray's own, DVC's, a stage's."""
    numbers = random.Random(0)
    while process.poll() is None and len(killed) < len(WORKERS):
        time.sleep(1)
        if found := running(process.pid, word := WORKERS[len(killed)]):
            with suppress(ProcessLookupError):  # it may have ended by itself
                os.kill(numbers.choice(found), signal.SIGKILL)
                killed.append(word)


@pytest.mark.slow
def test_a_cell_that_fails_is_one_line_and_the_next_try_needs_that_cell_alone(finished_project: Path, tmp_path: Path) -> None:
    project = make_project(tmp_path / "project")
    (tmp_path / "sitecustomize.py").write_text(REFUSAL)  # Python imports it at its start
    side_by_side = [sys.executable, "-m", "pipeline", "--jobs", "2"]
    ended = run(project, *side_by_side, environment=ENVIRONMENT | {"PYTHONPATH": str(tmp_path)})
    assert ended.returncode == 1
    (line,) = (line for line in ended.stdout.splitlines() if line.startswith("asker-0: failed: "))
    assert "No space left on device" in line
    assert ended.stderr.splitlines()[-1].startswith("error: 1 of 2 cells failed, asker-0 first; see above.")
    assert (project / "artifacts/diagnosis/modern-0.json").is_file()
    assert not (project / "artifacts/gan/asker-0").exists()
    ended = run(project, *side_by_side)
    assert ended.returncode == 0, ended.stderr
    assert "1/1 cells done, 0 running" in ended.stdout
    assert same_bytes(project, finished_project)


@pytest.mark.slow
def test_a_file_that_git_ignores_and_dvc_does_not_ends_a_sweep_before_anything_is_trained_again(finished_project: Path, tmp_path: Path) -> None:
    project = Path(shutil.copytree(finished_project, tmp_path / "project", symlinks=True))
    (project / ".git/info").mkdir(exist_ok=True)
    (project / ".git/info/exclude").write_text("*.scratch\n")
    (project / "pipeline/gan/notes.scratch").touch()
    before = outputs(project)
    ended = run(project, sys.executable, "-m", "pipeline", "--jobs", "2")
    assert ended.returncode == 1
    assert "error: asker-0: expected a result that is up to date after the sweep, found another one: a file that git ignores differs" in ended.stderr
    assert "Running stage 'train" not in ended.stdout
    assert outputs(project) == before


@pytest.mark.slow
def test_ray_answers_no_process_without_its_token(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor does it join another cluster of this machine, or take over the signal that ends a command in one line."""
    monkeypatch.setenv("RAY_ADDRESS", "127.0.0.1:1")
    handler = signal.getsignal(signal.SIGTERM)
    program = "import ray, sys; ray.init(sys.argv[1], log_to_driver=False); print('connected', ray.get(ray.remote(lambda: 1).remote()))"
    with ray_at("local", 1) as ray:
        assert signal.getsignal(signal.SIGTERM) is handler
        command = [sys.executable, "-c", program, ray.get_runtime_context().gcs_address]
        without = subprocess.run(command, env=ENVIRONMENT, capture_output=True, text=True)
        with_it = subprocess.run(command, env=os.environ | {"RAY_ADDRESS": ""}, capture_output=True, text=True)
    assert without.returncode == 1
    assert "connected" not in without.stdout
    assert (with_it.returncode, with_it.stdout.split()) == (0, ["connected", "1"]), with_it.stderr


@pytest.mark.slow
def test_a_node_with_other_software_is_refused_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    with ray_at("local", 1) as ray:
        require_same_software(ray)
        monkeypatch.setattr("platform.python_version", lambda: "3.9.9")  # of this process, not of the node's
        with pytest.raises(
            PipelineError, match=r"expected python 3\.9\.9 as where the sweep began, found 3\.1\d\.\d+; install requirements\.lock there"
        ):
            require_same_software(ray)


def test_as_many_cells_share_a_gpu_as_fit() -> None:
    node = {"Alive": True, "Resources": {"CPU": 8.0, "GPU": 1.0}}
    ray = SimpleNamespace(nodes=lambda: [node, node | {"Alive": False}])
    assert [places(ray, 1, share) for share in (0.1, 0.2, 0.3, 0.5, 1.0, 2.0, 0.0)] == [8, 5, 3, 2, 1, 0, 8]


@pytest.mark.slow
def test_a_cell_that_needs_more_than_the_machine_has_is_refused() -> None:
    settings = load_settings(ROOT / "params.yaml").sweep.model_copy(update={"cores": 1, "gpus": 0.5})
    job = Job("", "", "", "", "", "", {}, "", "", {})
    message = r"sweep\.cores, sweep\.gpus: expected a node with 1 cores and 0\.5 GPUs .* found 1 and 0"
    with ray_at("local", 1) as ray, pytest.raises(PipelineError, match=message):
        run_cells(ray, {}, job, Snapshot("", "", b"", ""), settings, print)


def test_what_is_not_ready_is_refused_before_anything_is_started(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project = make_project(tmp_path / "project", sweep={"address": "127.0.0.1:1"})
    monkeypatch.chdir(project)
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    with pytest.raises(PipelineError, match="dvc remote: expected a default remote that all nodes reach, found none"):
        sweep(load_settings())
    run(project, "dvc", "remote", "add", "--default", "store", str(tmp_path / "remote"))
    with pytest.raises(PipelineError, match=r"config: expected no change since the last commit"):
        sweep(load_settings())
    commit(project)
    with pytest.raises(PipelineError, match="MLFLOW_TRACKING_URI: expected the address of an MLflow server"):
        sweep(load_settings())
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://127.0.0.1:1")
    with pytest.raises(PipelineError, match=r"sweep\.address: expected a Ray cluster at 127\.0\.0\.1:1, received: .*refused; start it with"):
        sweep(load_settings())
    assert not (project / "artifacts").exists()
