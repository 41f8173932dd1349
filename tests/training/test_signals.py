"""Real signals to the stage `train`: a stop keeps the step, a kill costs an interval, and the outputs are the same bytes."""

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pipeline.data.digits import Digits, save_digits
from pipeline.settings.yaml_file import read_yaml
from tests.project import ENVIRONMENT, accept_interrupts, make_project, write_params

STEPS, EPOCHS = 400, 4
FILES = ["train.npz", "validation.npz", "gan"]


def start(project: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "pipeline.stages.train", "asker", "0", *FILES]
    return subprocess.Popen(command, cwd=project, env=ENVIRONMENT, stdout=-1, stderr=-1, text=True, preexec_fn=accept_interrupts)


def checkpoints(project: Path) -> set[str]:
    return {path.name for path in (project / ".state" / "checkpoints").glob("*/0*")}


def end_after_a_checkpoint(project: Path, number: int) -> tuple[int, str]:
    """Send a signal to the stage a moment after it has written a new checkpoint; its status and standard error."""
    before, stage = checkpoints(project), start(project)
    while not checkpoints(project) - before:
        assert stage.poll() is None, stage.communicate()
        time.sleep(0.01)
    time.sleep(0.1)
    os.kill(stage.pid, number)
    return (stage.wait(), stage.communicate()[1])


@pytest.mark.slow
def test_stopped_and_killed_it_ends_with_the_bytes_of_a_training_that_ran_through(tmp_path: Path, scans: Digits) -> None:
    project = make_project(tmp_path / "project")
    content = read_yaml(project / "params.yaml")
    content["train"]["epoch_images"] = STEPS * 32
    for variant in content["gan"].values():
        variant["training_images"] = EPOCHS * STEPS * 32
    write_params(project, content)
    for name in FILES[:2]:
        save_digits(project / name, scans)
    shutil.copytree(project, tmp_path / "whole", symlinks=True)

    status, errors = end_after_a_checkpoint(project, signal.SIGTERM)
    assert status == 128 + signal.SIGTERM
    assert f"of {EPOCHS * STEPS} is kept: `dvc repro train@asker-0` continues there" in errors.splitlines()[-1]
    assert not (project / "gan").exists()
    kept = max(map(int, checkpoints(project)))
    assert kept % STEPS  # in the middle of an epoch
    status, _ = end_after_a_checkpoint(project, signal.SIGKILL)
    assert status == -signal.SIGKILL
    assert max(map(int, checkpoints(project))) > kept

    ended = {}
    for folder in (project, tmp_path / "whole"):
        stage = start(folder)
        printed, errors = stage.communicate()
        assert stage.returncode == 0, errors
        ended[folder] = {path.relative_to(folder): path.read_bytes() for path in (folder / "gan").rglob("*") if path.is_file()}
        assert ("continues after epoch" in printed) == (folder == project)
    assert ended[project] == ended[tmp_path / "whole"]
