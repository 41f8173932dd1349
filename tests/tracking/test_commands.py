"""The commands in a run's description, run as they stand there in a fresh clone, make the same bytes."""

import re
import shlex
import shutil
import subprocess
from pathlib import Path

import mlflow
import pytest

from pipeline.evaluation.files import evaluation_hash
from pipeline.files.cells import training_hash
from pipeline.tracking.run import EVALUATION, TRAINING
from tests.project import ENVIRONMENT, run

AUTHOR = {f"GIT_{role}_{part}": "somebody" for role in ("AUTHOR", "COMMITTER") for part in ("NAME", "EMAIL")}
STAGES = ("train@asker-0", "evaluate@asker-0", "diagnose@asker-0")


@pytest.mark.slow
def test_an_experiment_is_made_again_in_another_clone(finished_project: Path, tmp_path: Path) -> None:
    project, other = tmp_path / "project", tmp_path / "clone"
    shutil.copytree(finished_project, project, symlinks=True)
    changed = ("-S", "gan.asker.generator_learning_rate=0.0005", "-S", "gan.asker.share_discriminator=true")
    ended = run(project, "dvc", "exp", "run", *changed, *STAGES, environment=ENVIRONMENT | AUTHOR)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    client = mlflow.MlflowClient(f"sqlite:///{project}/mlflow.db")
    (experiment,) = client.search_experiments(filter_string="name = 'gan'")
    recorded = client.search_runs([experiment.experiment_id])[0]
    assert recorded.info.run_name == f"asker-0 ({recorded.data.tags['dvc.experiment']})"
    block = re.search(r"```\n(.*)\n```", recorded.data.tags["mlflow.note.content"], re.DOTALL)
    assert block
    subprocess.run(["git", "clone", "-q", str(project), str(other)], check=True)
    for command in block[1].splitlines():
        ended = run(other, *shlex.split(command), environment=ENVIRONMENT | AUTHOR)
        assert ended.returncode == 0, ended.stdout + ended.stderr
    assert training_hash(other / "artifacts/gan/asker-0") == recorded.data.tags[TRAINING]
    assert evaluation_hash(other / "artifacts/evaluation/asker-0") == recorded.data.tags[EVALUATION]
