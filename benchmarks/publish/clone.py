"""A clone of this project in which the published cells are trained by DVC, so that the project's own results stay as they are.

It stands outside of the project, with a cache of its own: hours of training survive whatever is done to the project's folder, and the next
`make publish` continues where the last one ended.
"""

import os
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

from ruamel.yaml import YAML

from pipeline.files.cells import Cell
from pipeline.files.errors import PipelineError
from pipeline.settings.params import PARAMS

SOURCES = ("pipeline", "params.yaml", "dvc.yaml", "requirements.lock")  # what a published result depends on


def make_clone(folder: Path, cells: Iterable[Cell]) -> None:
    """Bring the clone to the project's latest commit, with these cells in its params.yaml.

    Args:
        folder: of the clone; it is made if there is none.
        cells: that will be trained there.

    Raises:
        PipelineError: the project has changes that are not committed, or git fails.
    """
    if changed := _git(Path(), "status", "--porcelain", "--", *SOURCES).split("\n")[0]:
        raise PipelineError(f"{changed[3:]}: expected no change since the last commit, found one; commit it, so that results have a commit to name")
    if not (folder / ".git").exists():
        _git(Path(), "clone", "--quiet", "--local", ".", str(folder))
    _git(folder, "fetch", "--quiet", "origin", "HEAD")
    _git(folder, "reset", "--hard", "--quiet", "FETCH_HEAD")  # dvc.lock, too: what the clone has trained is found in DVC's run cache
    name_cells(folder / PARAMS, list(cells))


def reproduce(folder: Path, *stages: str) -> None:
    """Run `dvc repro` for some stages of the clone."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"
    ended = subprocess.run([sys.executable, "-m", "dvc", "repro", "--quiet", *stages], cwd=folder, env=os.environ | {"PATH": path}, check=False)
    if ended.returncode:
        raise PipelineError(
            f"{folder.resolve()}: expected `dvc repro {' '.join(stages)}` to end well, received the error above; then run this command again"
        )


def name_cells(params: Path, cells: list[Cell]) -> None:
    """Put the variants and the seeds of these cells under `run:`; everything else stays, with its comments."""
    yaml = YAML()
    yaml.preserve_quotes, yaml.width = True, 1000
    content = yaml.load(params)
    content["run"]["variants"] = list(dict.fromkeys(cell.variant for cell in cells))
    content["run"]["seeds"] = sorted({cell.seed for cell in cells})
    yaml.dump(content, params)


def _git(folder: Path, *arguments: str) -> str:
    ended = subprocess.run(["git", *arguments], cwd=folder, check=False, capture_output=True, text=True)
    if ended.returncode:
        raise PipelineError(f"{folder.resolve()}: expected `git {arguments[0]}` to end well, received: {ended.stderr.strip()}")
    return ended.stdout
