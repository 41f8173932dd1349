"""Small projects with many tiny cells, and how their results differ from those of `dvc repro`."""

import subprocess
import sys
from pathlib import Path

from benchmarks.torture.projects import outputs
from tests.project import ENVIRONMENT, make_project

VARIANTS = ["asker", "answer"]
IDENTITY = ("git", "-c", "user.name=benchmark", "-c", "user.email=benchmark")


def tiny(folder: Path, cells: int) -> Path:
    """A project with so many cells of a second or two each."""
    return make_project(folder, run={"variants": VARIANTS, "seeds": list(range(cells // len(VARIANTS)))})


def commit(project: Path) -> None:
    """Commit what was changed."""
    subprocess.run([*IDENTITY, "commit", "--quiet", "--all", "--message", "change"], cwd=project, check=True)


def python(project: Path, *arguments: str, log: Path, **environment: str) -> "subprocess.Popen[bytes]":
    """Start Python in a project, in a session of its own; what it prints goes into a file."""
    with log.open("ab") as output:
        return subprocess.Popen(
            [sys.executable, *arguments],
            cwd=project,
            env=ENVIRONMENT | environment,
            stdout=output,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )


def to_end(project: Path, *arguments: str, log: Path, **environment: str) -> None:
    """Run Python in a project.

    Raises:
        RuntimeError: it ended with an error.
    """
    if status := python(project, *arguments, log=log, **environment).wait():
        raise RuntimeError(f"{' '.join(arguments)}: expected it to end well, it ended with status {status}; see {log}")


def other_files(project: Path, right: Path) -> list[str]:
    """The outputs whose bytes differ between two projects, or that one of them lacks."""
    own, expected = outputs(project), outputs(right)
    return sorted(name for name in own.keys() | expected.keys() if own.get(name) != expected.get(name))
