"""What DVC says while a sweep brings results to and fro is printed where it is an error, in a cell's log, too."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from pipeline.files.cells import Cell
from pipeline.files.errors import PipelineError
from pipeline.settings.lock_file import add_to_lock
from pipeline.sweep import results
from tests.project import ENVIRONMENT, make_project


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project whose lock names outputs of the shared stages that no cache has."""
    folder = make_project(tmp_path_factory.mktemp("results") / "project")
    outputs = "".join(f"    - path: artifacts/data/{name}.npz\n      md5: {'a' * 32}\n      size: 1\n" for name in ("test", "train", "validation"))
    (folder / "dvc.lock").write_text(f"schema: '2.0'\nstages:\n  preprocess:\n    cmd: none\n    outs:\n{outputs}")
    return folder


def test_what_a_clone_records_of_a_cell_takes_the_place_of_what_the_project_does(tmp_path: Path) -> None:
    own, other = tmp_path / "own", tmp_path / "other"
    own.write_text("schema: '2.0'\nstages:\n  download:\n    cmd: own\n  train@a-0:\n    cmd: old\n  train@b-0:\n    cmd: own")
    other.write_text("schema: '2.0'\nstages:\n  download:\n    cmd: other\n  train@a-0:\n    cmd: new\n  evaluate@a-0:\n    cmd: new\n")
    add_to_lock(own, [other.read_text()], {"train@a-0", "evaluate@a-0"})
    stages = yaml.safe_load(own.read_text())["stages"]
    assert {name: entry["cmd"] for name, entry in stages.items()} == {
        "download": "own",
        "train@a-0": "new",
        "train@b-0": "own",
        "evaluate@a-0": "new",
    }


def test_dvc_is_quiet_until_something_is_wrong(project: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(project)
    results.quietly("stage", "list")
    assert capfd.readouterr() == ("", "")
    with pytest.raises(PipelineError, match="dvc checkout preprocess: expected it to end well, it ended with status 255; see above"):
        results.quietly("checkout", "preprocess")
    assert "ERROR: Checkout failed for following targets:\nartifacts/data/" in capfd.readouterr().out


def test_a_cell_that_is_not_finished_leaves_no_folder(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(project)
    results.bring_in({Cell("modern", 0): (project / "dvc.lock").read_text()}, from_remote=False)
    assert list(project.glob("artifacts/*/*")) == []


def test_a_cell_without_what_it_reads_says_so(project: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "pipeline.sweep.cell", "asker-0"]  # which ends, with its group, when its standard input does
    with (tmp_path / "log").open("w") as log:
        options: dict[str, Any] = {"stdin": subprocess.PIPE, "stderr": log, "start_new_session": True}
        with subprocess.Popen(command, cwd=project, env=ENVIRONMENT, **options) as process:
            assert process.wait() == os.EX_TEMPFAIL
    printed = (tmp_path / "log").read_text()
    assert "ERROR: Checkout failed for following targets:\n" in printed
    assert "\nartifacts/data/train.npz\n" in printed
