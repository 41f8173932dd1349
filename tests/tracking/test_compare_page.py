"""docs/how-to/compare.md: its search texts and its Python are run on a store with runs, its commands in a finished project with two experiments."""

import contextlib
import io
import re
import shutil
import subprocess
from pathlib import Path

import mlflow
import pytest
from mlflow import MlflowClient

from pipeline.tracking.ui.view import CELLS
from tests.conftest import ROOT
from tests.project import ENVIRONMENT, run

PAGE = (ROOT / "docs/how-to/compare.md").read_text(encoding="utf-8")
PREFACE, *QUESTIONS = re.split(r"^## \d+\. ", PAGE, flags=re.MULTILINE)
FOUND = {  # what each search text finds, in the order of the page
    "tags.`pipeline.kind` = 'cell' and params.`variant` = 'modern'": {"modern-0", "modern-1", "modern-0 (brave-otter)"},
    "tags.`diagnosis.errors` LIKE '%class_collapse%'": {"asker-0"},
    "tags.`pipeline.kind` = 'variant'": {"asker", "modern"},
    "tags.`dvc.experiment` LIKE '%brave-otter%'": {"modern-0 (brave-otter)"},
    "tags.`sweep` = 'gamma'": {"modern-0 (brave-otter)"},
}
PRINTED = (  # a pattern of what each question's Python prints
    r"mean +count\n.*\n0\.3 +2\.1 +1\n0\.1 +6\.0 +2\n",
    r"params\.gan\.network +mlp +dcgan\n",
    r"(?s)^(?!.*modern).*asker-0 +pinned_loss, class_collapse\n",
    r"modern-1 +3\.8\d*\n",
    r"(?s)asker +0, 1 +the verdict about asker.*|.*modern +0, 1 +the verdict about modern",
    r"^3\n",
    r"^models:/m-\w+ \w+\n",
    r"(?s)modern-1 +31\.0 +5\.0.*asker-0 +30\.0 +5\.0",
    r"dvc repro train@asker-0",
    r"modern-0 \(brave-otter\) +2\.1",
)


def blocks(text: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def test_there_are_ten_questions_each_with_three_answers() -> None:
    assert len(QUESTIONS) == 10
    for question in QUESTIONS:
        assert [len(re.findall(rf"^{way}\b", question, re.MULTILINE)) for way in ("UI", "DVC", "Python")] == [1, 1, 1], question[:40]
        assert all(len(snippet.splitlines()) <= 3 for snippet in blocks(question, "python"))


def test_every_search_text_finds_what_it_says(recorded: Path) -> None:
    assert [text.strip() for text in blocks(PAGE, "text")] == list(FOUND)
    assert CELLS.replace("cell", "variant") in FOUND
    client = MlflowClient(f"sqlite:///{recorded / 'mlflow.db'}")
    experiment = client.get_experiment_by_name("gan")
    assert experiment is not None
    for text, names in FOUND.items():
        assert {found.info.run_name for found in client.search_runs([experiment.experiment_id], text)} == names
    written = set(re.findall(r"``(\S.*?)``", PAGE.replace("```", ""))) | {"tags.diagnosis = 'healthy'"}
    for text in written:
        assert client.search_runs([experiment.experiment_id], text), text


@pytest.mark.parametrize("number", range(10))
def test_every_python_answer_prints_it(number: int, recorded: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = mlflow.get_tracking_uri()
    mlflow.set_tracking_uri(f"sqlite:///{recorded / 'mlflow.db'}")
    printed = io.StringIO()
    try:
        with contextlib.redirect_stdout(printed):
            exec(compile("".join(blocks(PREFACE, "python") + blocks(QUESTIONS[number], "python")), "compare.md", "exec"), {})
    finally:
        mlflow.set_tracking_uri(before)
    assert re.search(PRINTED[number], printed.getvalue()), printed.getvalue()


@pytest.mark.slow
def test_every_command_runs(finished_project: Path, tmp_path: Path) -> None:
    project = tmp_path / "project"
    shutil.copytree(finished_project, project, symlinks=True)
    author = {f"GIT_{role}_{part}": "somebody" for role in ("AUTHOR", "COMMITTER") for part in ("NAME", "EMAIL")}
    params = project / "params.yaml"
    for name, confidence in (("brave-otter", "0.91"), ("calm-fox", "0.93")):  # experiments that need no training
        params.write_text(re.sub(r"confidence: [\d.]+", f"confidence: {confidence}", params.read_text()))
        saved = run(project, "dvc", "exp", "save", "--name", name, environment=ENVIRONMENT | author)
        assert saved.returncode == 0, saved.stderr
    printed = {}
    for line in "".join(blocks(PAGE, "sh")).splitlines():
        ended = subprocess.run(line, shell=True, cwd=project, env=ENVIRONMENT | author, capture_output=True, text=True)
        assert ended.returncode == 0 or (line.startswith("grep") and not ended.stderr), f"{line}\n{ended.stdout}\n{ended.stderr}"
        printed[line] = ended.stdout
    assert "compare.confidence" in printed["dvc exp diff brave-otter calm-fox"]
    assert "brave-otter" in printed["dvc exp list"]
    assert "frechet_distance" in printed["dvc metrics show"]
    collapsed = [path.name for path in sorted((project / "artifacts/diagnosis").glob("*.json")) if "class_collapse" in path.read_text()]
    assert [Path(line).name for line in printed["grep --files-with-matches class_collapse artifacts/diagnosis/*.json"].split()] == collapsed


@pytest.mark.slow
def test_python_finds_the_projects_store_by_itself(recorded: Path) -> None:
    program = "".join(blocks(PREFACE, "python")) + "print(sorted(cells.index))"
    ended = run(recorded, "python", "-c", program)
    assert "'asker-0', 'asker-1', 'modern-0'" in ended.stdout, ended.stderr
