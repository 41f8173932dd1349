"""What differs from the commit, in a real repository; and where a run was started."""

import subprocess
import sys
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType

import pytest
import yaml

from pipeline.files.cells import Cell
from pipeline.settings.params import load_settings
from pipeline.tracking.changes import changed_files, changed_settings
from pipeline.tracking.origin import branch, origin, run_name, source_name
from tests.project import ENVIRONMENT, make_project, write_params

ASKER = Cell("asker", 0)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A committed project, and nothing of DVC around it."""
    for variable in ("DVC_STAGE", "DVC_EXP_NAME", "DVC_ROOT", "GAN_SWEEP", "GAN_REPAIR"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.chdir(make_project(tmp_path / "project"))
    return Path.cwd()


def git(*command: str) -> str:
    return subprocess.run(["git", *command], env=ENVIRONMENT, capture_output=True, text=True, check=True).stdout.strip()


def edit(project: Path, section: str, **values: object) -> None:
    content = yaml.safe_load((project / "params.yaml").read_text())
    place = content
    for name in section.split("."):
        place = place[name]
    place |= values
    write_params(project, content)


def test_edited_settings_are_told_as_dvc_takes_them(project: Path) -> None:
    assert changed_files() == []
    assert changed_settings(load_settings(), ASKER) == ""
    edit(project, "gan.asker", share_discriminator=True, generator_learning_rate=0.0005)
    edit(project, "gan.modern", depth=2)  # of another cell
    edit(project, "train", stop_on="error")
    expected = "-S train.stop_on=error -S gan.asker.share_discriminator=true -S gan.asker.generator_learning_rate=0.0005"
    assert changed_settings(load_settings(), ASKER) == expected
    assert changed_files() == ["params.yaml"]


def test_a_cell_that_the_commit_does_not_name_is_named(project: Path) -> None:
    assert changed_settings(load_settings(), Cell("answer", 1)) == "-S 'run.variants=[answer]' -S 'run.seeds=[1]'"
    edit(project, "gan", mine=yaml.safe_load((project / "params.yaml").read_text())["gan"]["asker"])
    assert changed_settings(load_settings(), Cell("mine", 0)) is None


def test_code_that_results_depend_on_is_told_and_other_files_are_not(project: Path) -> None:
    for name in ("pipeline/gan/base.py", "pipeline/gan/new.py", "pipeline/tracking/run.py", "notes.txt"):
        with (project / name).open("a") as file:
            file.write("# A comment.\n")
    assert changed_files() == ["pipeline/gan/base.py", "pipeline/gan/new.py"]
    known = origin()
    assert (known["git.dirty"], known["git.changed"]) == ("true", "pipeline/gan/base.py pipeline/gan/new.py")


def test_a_commit_whose_settings_are_refused_tells_nothing(project: Path) -> None:
    content = (project / "params.yaml").read_text()
    (project / "params.yaml").write_text(content.replace("latent_size", "latent_siz"))
    git("-c", "user.name=t", "-c", "user.email=t@t", "commit", "-qam", "broken")
    (project / "params.yaml").write_text(content)
    assert changed_settings(load_settings(), ASKER) is None


def test_outside_git_nothing_is_told(project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = load_settings()
    (project / ".git").rename(tmp_path / "elsewhere")
    assert (changed_files(), changed_settings(settings, ASKER), branch()) == ([], None, None)
    monkeypatch.setenv("DVC_EXP_NAME", "brave-otter")
    known = origin()
    assert known["dvc.experiment"] == "brave-otter"
    assert not {"git.dirty", "git.changed"} & set(known)


def test_a_run_says_who_started_it_where_and_how(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DVC_STAGE", "train@asker-0")
    monkeypatch.setenv("GAN_SWEEP", "gamma")
    known = origin()
    assert known["mlflow.user"]
    assert (known["mlflow.source.type"], known["mlflow.source.name"]) == ("LOCAL", "dvc repro train@asker-0")
    assert (known["mlflow.source.git.commit"], known["git.dirty"]) == (git("rev-parse", "HEAD"), "false")
    assert known["mlflow.source.git.branch"] == git("branch", "--show-current")
    assert (known["sweep"], known["dvc.stage"]) == ("gamma", "train@asker-0")
    assert not {"repair", "dvc.experiment", "git.changed"} & set(known)
    assert run_name("asker-0") == "asker-0"


def test_an_experiment_of_dvc_gives_its_name_and_the_branch_that_it_left(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    name = git("branch", "--show-current")
    git("checkout", "-q", "--detach")
    monkeypatch.setenv("DVC_EXP_NAME", "brave-otter")
    monkeypatch.setenv("DVC_STAGE", "train@asker-0")
    monkeypatch.setenv("GAN_REPAIR", "logits")
    known = origin()
    assert (known["mlflow.source.git.branch"], known["dvc.experiment"], known["repair"]) == (name, "brave-otter", "logits")
    assert (run_name("asker-0"), source_name()) == ("asker-0 (brave-otter)", "dvc exp run train@asker-0")
    git("branch", "other")
    assert branch() is None  # two branches, and none of them is known to be the one


def test_outside_dvc_the_source_is_the_module_or_the_script(monkeypatch: pytest.MonkeyPatch) -> None:
    main = ModuleType("__main__")
    monkeypatch.setitem(sys.modules, "__main__", main)
    monkeypatch.setattr(sys, "argv", ["folder/own.py"])
    assert source_name() == "own.py"
    main.__spec__ = ModuleSpec("pipeline.tracking.__main__", None)
    assert source_name() == "python -m pipeline.tracking"
