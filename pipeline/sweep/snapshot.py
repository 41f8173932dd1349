"""The project's files as they are now, as a git bundle: what is computed on any node is what `dvc repro` would compute here."""

import os
import subprocess
import tempfile
from pathlib import Path
from typing import NamedTuple

from pipeline.files.errors import PipelineError

REFERENCE = "refs/sweep/snapshot"
AUTHOR = {
    f"GIT_{role}_{what}": value for role in ("AUTHOR", "COMMITTER") for what, value in (("NAME", "sweep"), ("EMAIL", "sweep"), ("DATE", "@0 +0000"))
}
RESULTS = (":!dvc.lock", ":!artifacts")  # what a run itself changes


class Snapshot(NamedTuple):
    """A commit of the files as they are, whose parent is the commit that they were changed from; the same files give the same commit."""

    commit: str
    parent: str
    bundle: bytes  # with both; `git fetch` reads it
    shallow: str  # git's file of the commits with which the history begins, if the project has not the whole of it


def take_snapshot() -> Snapshot:
    """Commit all files that git does not ignore, beside the history: no branch, index or file of the project changes.

    Raises:
        PipelineError: the project is no git repository, or has no commit.
    """
    parent = git("rev-parse", "HEAD")
    with tempfile.TemporaryDirectory() as folder:
        beside = AUTHOR | {"GIT_INDEX_FILE": str(Path(folder) / "index")}
        git("read-tree", "HEAD", **beside)
        git("add", "--all", **beside)
        commit = git("commit-tree", "-p", parent, "-m", "the files of a sweep", git("write-tree", **beside), **beside)
        bundle = Path(folder) / "bundle"
        git("update-ref", REFERENCE, commit)
        try:
            git("bundle", "create", "--quiet", str(bundle), REFERENCE)
        finally:
            git("update-ref", "-d", REFERENCE)
        shallow = Path(git("rev-parse", "--git-path", "shallow"))
        return Snapshot(commit, parent, bundle.read_bytes(), shallow.read_text(encoding="utf-8") if shallow.is_file() else "")


def changed_files() -> list[str]:
    """Files that differ from the last commit, or that it does not know, less those that a run itself writes."""
    return [entry[3:] for entry in git("status", "--porcelain", "-z", "--no-renames", "--", ".", *RESULTS).split("\0") if entry]


def git(*arguments: str, **environment: str) -> str:
    """What git prints.

    Raises:
        PipelineError: git is missing or ends with an error.
    """
    try:
        ended = subprocess.run(["git", *arguments], env=os.environ | environment, check=False, capture_output=True, encoding="utf-8")
    except FileNotFoundError:
        raise PipelineError("git: expected the command, found none; install git") from None
    if ended.returncode:
        said = ended.stderr.strip().splitlines()[-1:] or [f"status {ended.returncode}"]
        raise PipelineError(f"{Path.cwd()}: expected a git repository with a commit, `git {arguments[0]}` said: {said[0]}")
    return ended.stdout.rstrip()
