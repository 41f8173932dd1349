"""Ray's task, on any node: takes a clone that no other task uses, and runs a cell in it, in a process that ends with the task.

Ray sends this module and `software` to the nodes by value: they import the standard library alone, and everything else comes from the clone.
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
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from pipeline.sweep.software import other_software

ENDED = re.compile(r"exited with (-?\d+)")  # what DVC says of a stage
DVC_FAILED = 255  # the exit status of DVC after an error
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
    shallow: str  # where the project's own history begins, if it was cloned without the whole of it: git's file `shallow`
    software: dict[str, str]  # of the machine that started the sweep


class Outcome(NamedTuple):
    """How a cell ended."""

    error: str  # one line; empty if it ended well
    interrupted: bool  # by a signal, as where the memory is full, or by a remote that did not answer: it may end well where it is tried again
    frechet: float | None = None  # the cell's Fréchet distance, if it has one
    lock: str = ""  # the text of dvc.lock in its clone


def run_cell(job: Job, bundle: bytes, cell: str, params: str) -> Outcome:
    """Run the stages of a cell in a clone, whose params.yaml has that cell alone: DVC's own time grows with the number of cells."""
    if differing := other_software(job.software):
        return Outcome(f"error: {differing}", False)
    clones = Path(job.clones).expanduser()
    try:
        clones.mkdir(parents=True, exist_ok=True)
        lock, clone = _free_clone(clones)
    except OSError as error:
        where = f"{clones} on {platform.node()}"
        return Outcome(f"error: {where}: expected a folder for clones whose files can be locked (sweep.folder), received: {error.strerror}", False)
    try:
        _bring_to(clone, lock, job, bundle)
        for name, text in {"params.yaml": params, "dvc.lock": job.lock}.items():
            (clone / name).write_text(text, encoding="utf-8")
        log = clones / f"{cell}.log"
        command = [sys.executable, "-m", "pipeline.sweep.cell", cell, *(["--push"] if job.remote else [])]
        options: dict[str, Any] = {"cwd": clone, "env": _environment(job), "start_new_session": True, "pass_fds": [lock]}
        # The pipe on its standard input closes when this process ends, however that comes.
        with log.open("wb") as output, subprocess.Popen(command, stdin=subprocess.PIPE, stdout=output, stderr=output, **options) as process:
            status = process.wait()
        return _outcome(clone, cell, status, log)
    except subprocess.CalledProcessError as error:  # of git, twice
        said = error.stderr.decode(errors="replace").strip().splitlines() or [str(error)]
        return Outcome(f"error: {clone} on {platform.node()}: {said[0][:LONGEST_LINE]}", False)
    finally:
        os.close(lock)


def _free_clone(clones: Path) -> tuple[int, Path]:
    """A lock and the folder that it stands for; the process of the cell holds the lock, too, so that its clone stays its own until it has ended."""
    for number in itertools.count():
        lock = os.open(clones / f"{number}.lock", os.O_RDWR | os.O_CREAT, 0o666)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return lock, clones / str(number)
        except BlockingIOError:  # another cell has it
            os.close(lock)
        except OSError:
            os.close(lock)
            raise
    raise AssertionError("unreachable")


def _bring_to(clone: Path, lock: int, job: Job, bundle: bytes) -> None:
    """Give the clone the files of the snapshot; those that differ from its parent are changed files to git, as in the project."""
    try:
        _check_out(clone, lock, job, bundle)
    except subprocess.CalledProcessError:  # a git that was killed here has left its lock, or half a repository
        shutil.rmtree(clone, ignore_errors=True)
        _check_out(clone, lock, job, bundle)
    cache = f"[cache]\n    dir = {quoted(Path(job.cache).expanduser())}\n"
    (clone / ".dvc" / "config.local").write_text(cache + job.remote, encoding="utf-8")


def _check_out(clone: Path, lock: int, job: Job, bundle: bytes) -> None:
    git = partial(_git, clone, lock)
    if not (clone / ".git").is_dir():
        clone.mkdir(exist_ok=True)
        git("init", "--quiet")
    if git("cat-file", "-e", job.commit, check=False):
        with tempfile.NamedTemporaryFile() as file:
            file.write(bundle)
            file.flush()
            (clone / ".git" / "shallow").unlink(missing_ok=True)
            if job.shallow:
                (clone / ".git" / "shallow").write_text(job.shallow, encoding="utf-8")
            git("fetch", "--quiet", "--force", file.name, "refs/sweep/*:refs/sweep/*")
    git("update-index", "--no-assume-unchanged", "params.yaml", check=False)  # a new clone has none
    git("checkout", "--quiet", "--force", "--detach", job.commit)
    git("clean", "--quiet", "--force", "-d")
    git("reset", "--quiet", "--soft", job.parent)
    # To git these are files of the snapshot, whatever their text: what a run says of its origin is what the project would say.
    git("update-index", "--assume-unchanged", "params.yaml")


def _git(clone: Path, lock: int, *arguments: str, check: bool = True) -> int:
    """Run git in the clone's own repository, never in one above it; the clone stays taken until git has ended, as by a cell."""
    own = os.environ | {"GIT_CEILING_DIRECTORIES": str(clone.resolve().parent)}
    return subprocess.run(["git", *arguments], cwd=clone, env=own, pass_fds=[lock], check=check, capture_output=True).returncode


def quoted(value: object) -> str:
    """A value in DVC's configuration, where `#` and `,` mean something else without quotes."""
    quote = "'" if '"' in str(value) else '"'
    return f"{quote}{value}{quote}"


def _environment(job: Job) -> dict[str, str]:
    root = str(Path(job.root).expanduser())
    given = job.variables | {"DVC_ROOT": root, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"}
    return {name: value for name, value in (os.environ | given).items() if value is not None}


def _outcome(clone: Path, cell: str, status: int, log: Path) -> Outcome:
    if status == 0:
        metrics = json.loads((clone / "artifacts" / "metrics" / f"{cell}.json").read_text(encoding="utf-8"))
        return Outcome("", False, metrics.get("frechet_distance"), (clone / "dvc.lock").read_text(encoding="utf-8"))
    text = log.read_text(encoding="utf-8", errors="replace")
    stages = [int(number) for number in ENDED.findall(text)]
    of_dvc = status == DVC_FAILED and not stages  # DVC's own, as where `dvc repro --pull` did not reach its remote
    interrupted = status < 0 or status == os.EX_TEMPFAIL or of_dvc or any(number < 0 or number in SIGNALS for number in stages)
    errors = [line.strip() for line in text.splitlines() if line.lower().startswith("error:")]
    error = errors[0] if errors else f"error: ended with status {status}, without a word"
    return Outcome(f"{error[:LONGEST_LINE]} (all of it: {log} on {platform.node()})", interrupted)
