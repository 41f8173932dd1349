"""A small copy of the project, and what DVC does in it."""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import yaml

from tests.conftest import ROOT, shrink

ENVIRONMENT = {name: value for name, value in os.environ.items() if not name.startswith(("MLFLOW_", "DVC_", "MNIST_", "GIT_"))}
# As on a fresh machine: no name for git's authors.
ENVIRONMENT |= {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", "HOME": "/nonexistent", "XDG_CONFIG_HOME": "/nonexistent"}
ENVIRONMENT["PATH"] = f"{Path(sys.executable).parent}:{ENVIRONMENT['PATH']}"


def make_project(folder: Path, **sections: dict[str, Any]) -> Path:
    """A clone of the project with small settings, some of them changed, and a first commit."""
    listed = subprocess.run(["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for name in listed.splitlines():
        if name.startswith(("pipeline/", ".dvc")) or name in ("dvc.yaml", ".gitignore"):
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, folder / name)
    content = shrink(yaml.safe_load((ROOT / "params.yaml").read_text()))
    for name, changes in sections.items():
        content[name] |= changes
    write_params(folder, content)
    for command in (["init", "-q"], ["add", "-A"], ["-c", "user.name=t", "-c", "user.email=t@t", "commit", "-qm", "start"]):
        subprocess.run(["git", *command], cwd=folder, check=True)
    return folder


def write_params(folder: Path, content: dict) -> None:
    (folder / "params.yaml").write_text(yaml.safe_dump(content, sort_keys=False))


def run(folder: Path, *command: str, environment: dict[str, str] = ENVIRONMENT) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)


def ran(ended: subprocess.CompletedProcess[str]) -> list[str]:
    """The stages that DVC ran."""
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return [line.split("'")[1] for line in ended.stdout.splitlines() if line.startswith("Running stage")]
