"""A small copy of the project, and what DVC does in it."""

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from pipeline.files.artifacts import write_json
from tests.conftest import ROOT, shrink

ENVIRONMENT = {name: value for name, value in os.environ.items() if not name.startswith(("MLFLOW_", "DVC_", "MNIST_", "DATA_", "GIT_"))}
# As on a fresh machine: no name for git's authors.
ENVIRONMENT |= {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", "HOME": "/nonexistent", "XDG_CONFIG_HOME": "/nonexistent"}
ENVIRONMENT["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{ENVIRONMENT['PATH']}"


class Reproduced(NamedTuple):
    """A project, and how its first `dvc repro` ended."""

    folder: Path
    status: int
    stdout: str
    stderr: str


def reproduce(folder: Path, mirror: str | None = None) -> None:
    """Make a project in `folder`, and run it: on MNIST from `mirror`, or else on the bundled digits; `ended.json` is how that ended.

    `finished` is a copy of the project as it is then.
    """
    folder.mkdir()
    changes: dict[str, Any] = {}
    if mirror:
        changes = {"run": {"variants": ["asker"]}, "download": {"source": "mnist"}, "evaluate": {"split": "validation"}}
        changes["preprocess"] = {"validation_every": 60}
        changes["classifier"] = {"epochs": 1, "batch_size": 128, "width": 2}
    project = make_project(folder / "project", **changes)
    ended = run(project, "dvc", "repro", environment=ENVIRONMENT | ({"MNIST_MIRROR": mirror} if mirror else {}))
    shutil.copytree(project, folder / "finished", symlinks=True)
    write_json(folder / "ended.json", [ended.returncode, ended.stdout, ended.stderr])


def copy_files(folder: Path, prefixes: tuple[str, ...] = ("",)) -> None:
    """Copy the project's files whose names begin so, committed or new, but not what git ignores."""
    listed = subprocess.run(["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for name in listed.splitlines():
        if name.startswith(prefixes) and (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, folder / name)


def make_project(folder: Path, **sections: dict[str, Any]) -> Path:
    """A clone of the project with small settings, some of them changed, and a first commit."""
    folder.mkdir(exist_ok=True)
    copy_files(folder, ("pipeline/", ".dvc", "dvc.yaml", ".gitignore"))
    content = shrink(yaml.safe_load((ROOT / "params.yaml").read_text()))
    for name, changes in sections.items():
        content[name] |= changes
    write_params(folder, content)
    for command in (["init", "-q"], ["add", "-A"], ["-c", "user.name=t", "-c", "user.email=t@t", "commit", "-qm", "start"]):
        subprocess.run(["git", *command], cwd=folder, check=True)
    return folder


def accept_interrupts() -> None:
    """Undo what a shell does to its background jobs: it starts them with Ctrl-C ignored, and their children inherit that."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def write_params(folder: Path, content: dict[str, Any]) -> None:
    (folder / "params.yaml").write_text(yaml.safe_dump(content, sort_keys=False))


def run(folder: Path, *command: str, environment: dict[str, str] = ENVIRONMENT) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)


def ran(ended: subprocess.CompletedProcess[str]) -> list[str]:
    """The stages that DVC ran."""
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return stages_in(ended.stdout)


def stages_in(output: str) -> list[str]:
    """The stages that DVC ran, by what it printed."""
    return [line.split("'")[1] for line in output.splitlines() if line.startswith("Running stage")]
