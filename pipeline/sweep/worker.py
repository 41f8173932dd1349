"""Ray's task, on any node: takes a clone that no other task uses, and runs a cell in it, in a process that ends with the task.

Ray sends this module to the nodes by value: it imports the standard library alone, and everything else comes from the clone.
"""

import fcntl
import itertools
import json
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, NamedTuple

LIBRARIES = ("dvc", "keras", "mlflow", "numpy", "ray", "tensorflow")  # on which bytes or the way depend
ENDED = re.compile(r"exited with (-?\d+)")  # what DVC says of a stage
SIGNALS = range(129, 160)  # exit statuses of a process that a signal ended, as a shell gives them
LONGEST_LINE = 400


class Job(NamedTuple):
    """What all cells of a sweep have in common."""

    commit: str  # of the snapshot
    parent: str  # of that commit
    clones: str  # the folder of the clones; ~ is the home of the node's user
    root: str  # the folder of locks and checkpoints, which all clones of a node share
    cache: str  # the folder of DVC's cache, which they share, too
    remote: str  # the section of DVC's configuration that describes its remote, to which results go; empty: the cache is the project's own
    variables: dict[str, str | None]  # of the environment; None: there is none of this name
    lock: str  # the text of dvc.lock with the shared stages alone


class Outcome(NamedTuple):
    """How a cell ended."""

    error: str  # one line; empty if it ended well
    interrupted: bool  # by a signal, as where the memory is full: it may end well where it is tried again
    seconds: float  # that DVC took
    frechet: float | None  # the cell's Fréchet distance, if it has one


def run_cell(job: Job, bundle: bytes, cell: str, params: str) -> Outcome:
    """Run the stages of a cell in a clone, whose params.yaml has that cell alone: DVC's own time grows with the number of cells."""
    clones = Path(job.clones).expanduser()
    clones.mkdir(parents=True, exist_ok=True)
    lock, clone = _free_clone(clones)
    try:
        _bring_to(clone, job, bundle)
        for name, text in {"params.yaml": params, "dvc.lock": job.lock}.items():
            (clone / name).write_text(text, encoding="utf-8")
        log = clones / f"{cell}.log"
        command = [sys.executable, "-m", "pipeline.sweep.cell", cell, *(["--push"] if job.remote else [])]
        options: dict[str, Any] = {"cwd": clone, "env": _environment(job), "start_new_session": True, "pass_fds": [lock]}
        # The pipe on its standard input closes when this process ends, however that comes.
        with log.open("wb") as output, subprocess.Popen(command, stdin=subprocess.PIPE, stdout=output, stderr=output, **options) as process:
            status = process.wait()
        return _outcome(clone, cell, status, log)
    finally:
        os.close(lock)


def _free_clone(clones: Path) -> tuple[int, Path]:
    """A lock and the folder that it stands for; the process of the cell holds the lock, too, so that its clone stays its own until it has ended."""
    for number in itertools.count():
        lock = os.open(clones / f"{number}.lock", os.O_RDWR | os.O_CREAT, 0o666)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return lock, clones / str(number)
        except OSError:
            os.close(lock)
    raise AssertionError("unreachable")


def _bring_to(clone: Path, job: Job, bundle: bytes) -> None:
    """Give the clone the files of the snapshot; those that differ from its parent are changed files to git, as in the project."""
    if not (clone / ".git").is_dir():
        _git(clone.parent, "init", "--quiet", str(clone))
    if subprocess.run(["git", "cat-file", "-e", job.commit], cwd=clone, stderr=subprocess.DEVNULL, check=False).returncode:
        with tempfile.NamedTemporaryFile() as file:
            file.write(bundle)
            file.flush()
            _git(clone, "fetch", "--quiet", "--force", file.name, "refs/sweep/*:refs/sweep/*")
    subprocess.run(
        ["git", "update-index", "--no-assume-unchanged", "params.yaml"], cwd=clone, capture_output=True, check=False
    )  # a new clone has none
    _git(clone, "checkout", "--quiet", "--force", "--detach", job.commit)
    _git(clone, "clean", "--quiet", "--force", "-d")
    _git(clone, "reset", "--quiet", "--soft", job.parent)
    # To git these are files of the snapshot, whatever their text: what a run says of its origin is what the project would say.
    _git(clone, "update-index", "--assume-unchanged", "params.yaml")
    cache = f"[cache]\n    dir = {Path(job.cache).expanduser()}\n"
    (clone / ".dvc" / "config.local").write_text(cache + job.remote, encoding="utf-8")


def _git(folder: Path, *arguments: str) -> None:
    subprocess.run(["git", *arguments], cwd=folder, check=True, capture_output=True)


def _environment(job: Job) -> dict[str, str]:
    root = str(Path(job.root).expanduser())
    given = job.variables | {"DVC_ROOT": root, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"}
    return {name: value for name, value in (os.environ | given).items() if value is not None}


def _outcome(clone: Path, cell: str, status: int, log: Path) -> Outcome:
    text = log.read_text(encoding="utf-8", errors="replace")
    if status == 0:
        metrics = json.loads((clone / "artifacts" / "metrics" / f"{cell}.json").read_text(encoding="utf-8"))
        return Outcome("", False, float(text.splitlines()[-1]), metrics.get("frechet_distance"))
    interrupted = status < 0 or any(int(number) < 0 or int(number) in SIGNALS for number in ENDED.findall(text))
    errors = [line.strip() for line in text.splitlines() if line.lower().startswith("error:")]
    error = errors[0] if errors else f"error: ended with status {status}, without a word"
    return Outcome(f"{error[:LONGEST_LINE]} (all of it: {log} on {platform.node()})", interrupted, 0.0, None)


def software() -> dict[str, str]:
    """The versions of what cells need on this node; `none` of what is missing."""
    found = {"python": platform.python_version(), "git": "some" if shutil.which("git") else "none"}
    for library in LIBRARIES:
        try:
            found[library] = version(library)
        except PackageNotFoundError:
            found[library] = "none"
    return found
