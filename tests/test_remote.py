"""Results shared through a DVC remote: a colleague's clone gets all of them and trains nothing."""

import configparser
import shutil
import subprocess
import sys
from pathlib import Path

import mlflow
import pytest

from tests.conftest import ROOT
from tests.project import ran, run

CELLS = ("asker-0", "modern-0")
ALL_PARTS = {"pipeline.training", "pipeline.evaluation", "pipeline.diagnosis"}  # tags of a run whose record is complete


@pytest.fixture(scope="module")
def pushed(finished_project: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished project with a folder as its remote, everything committed and pushed."""
    folder = tmp_path_factory.mktemp("shared")
    project = Path(shutil.copytree(finished_project, folder / "project", symlinks=True))
    ran(run(project, "dvc", "repro"))
    for command in (
        ("dvc", "remote", "add", "--default", "team", str(folder / "remote")),
        ("git", "add", "-A", ":!*.db"),
        ("git", "-c", "user.name=t", "-c", "user.email=t@t", "commit", "-qm", "results"),
        ("dvc", "push", "--run-cache"),
    ):
        ended = run(project, *command)
        assert ended.returncode == 0, ended.stdout + ended.stderr
    return project


def clone(project: Path, folder: Path) -> Path:
    subprocess.run(["git", "clone", "-q", str(project), str(folder)], check=True)
    return folder


@pytest.mark.slow
def test_a_clone_pulls_every_result_trains_nothing_and_records_every_run(pushed: Path, tmp_path: Path) -> None:
    colleague = clone(pushed, tmp_path / "colleague")
    assert run(colleague, "dvc", "pull", "--run-cache").returncode == 0
    assert ran(run(colleague, "dvc", "repro")) == []
    for made in (path for path in (pushed / "artifacts").rglob("*") if path.is_file()):
        assert (colleague / made.relative_to(pushed)).read_bytes() == made.read_bytes()
    recorded = run(colleague, sys.executable, "-m", "pipeline.tracking")
    assert recorded.returncode == 0, recorded.stderr
    assert recorded.stdout.splitlines() == [f"{name}: on record" for name in ("classifier", *CELLS, "comparison")]
    client = mlflow.MlflowClient(f"sqlite:///{colleague}/mlflow.db")
    (experiment,) = client.search_experiments(filter_string="name = 'gan'")
    runs = client.search_runs([experiment.experiment_id])
    assert all(set(found.data.tags) >= ALL_PARTS for found in runs if found.info.run_name in CELLS)
    assert {found.info.run_name for found in runs} >= set(CELLS)


@pytest.mark.slow
def test_a_clone_without_the_lock_file_takes_the_cells_from_the_run_cache(pushed: Path, tmp_path: Path) -> None:
    colleague = clone(pushed, tmp_path / "colleague")
    assert run(colleague, "dvc", "pull", "--run-cache").returncode == 0
    (colleague / "dvc.lock").unlink()
    assert ran(run(colleague, "dvc", "repro")) == ["settings", "compare"]


@pytest.mark.slow
def test_a_remote_that_is_not_there_is_refused_and_changes_nothing(pushed: Path, tmp_path: Path) -> None:
    colleague = clone(pushed, tmp_path / "colleague")
    assert run(colleague, "dvc", "remote", "modify", "team", "url", str(tmp_path / "gone")).returncode == 0
    ended = run(colleague, "dvc", "pull")
    assert ended.returncode != 0
    assert "do not exist neither locally nor on remote" in ended.stdout + ended.stderr
    assert not (colleague / "artifacts/leaderboard.json").exists()


def test_the_repository_configures_no_remote() -> None:
    config = configparser.ConfigParser()
    config.read(ROOT / ".dvc/config")
    assert not [section for section in config.sections() if "remote" in section]
    assert not config.has_option("core", "remote")
