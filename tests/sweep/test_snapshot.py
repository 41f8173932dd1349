"""A snapshot has the files as they are, ignored ones aside, the same commit for the same files, and leaves the project as it was."""

import subprocess
from pathlib import Path

import pytest

from pipeline.files.errors import PipelineError
from pipeline.sweep.snapshot import changed_files, git, take_snapshot


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with a commit, in which the test runs."""
    folder = tmp_path / "project"
    folder.mkdir()
    monkeypatch.chdir(folder)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")  # no name for git's authors, as on a fresh machine
    (folder / "params.yaml").write_text("a: 1\n")
    (folder / ".gitignore").write_text("/artifacts\n")
    git("init", "--quiet")
    git("add", "--all")
    git("-c", "user.name=t", "-c", "user.email=t", "commit", "--quiet", "-m", "start")
    return folder


def fetched(bundle: bytes, commit: str, folder: Path) -> dict[str, str]:
    """The files of a commit, as a node gets them."""
    (folder / "bundle").write_bytes(bundle)
    node = folder / "node"
    for command in (["init", "-q", str(node)], ["-C", str(node), "fetch", "-q", str(folder / "bundle"), "refs/sweep/*:refs/sweep/*"]):
        subprocess.run(["git", *command], check=True)
    subprocess.run(["git", "-C", str(node), "checkout", "-q", commit], check=True)
    return {path.name: path.read_text() for path in node.iterdir() if path.is_file()}


def test_a_snapshot_has_changed_and_new_files_and_changes_nothing(project: Path, tmp_path: Path) -> None:
    (project / "params.yaml").write_text("a: 2\n")
    (project / "new.py").write_text("new\n")
    (project / "artifacts").mkdir()
    (project / "artifacts" / "large").write_text("result\n")
    before = git("status", "--porcelain"), git("for-each-ref")
    snapshot = take_snapshot()
    assert (git("status", "--porcelain"), git("for-each-ref")) == before
    assert snapshot.parent == git("rev-parse", "HEAD")
    assert fetched(snapshot.bundle, snapshot.commit, tmp_path) == {"params.yaml": "a: 2\n", "new.py": "new\n", ".gitignore": "/artifacts\n"}


def test_the_same_files_are_the_same_commit_and_others_are_not(project: Path) -> None:
    first, again = take_snapshot(), take_snapshot()
    (project / "params.yaml").write_text("a: 2\n")
    assert first.commit == again.commit != take_snapshot().commit


def test_changes_of_results_are_no_changes(project: Path) -> None:
    (project / "dvc.lock").write_text("schema: '2.0'\n")
    assert changed_files() == []
    (project / "new.py").write_text("new\n")
    assert changed_files() == ["new.py"]
    (project / "params.yaml").write_text("a: 2\n")
    (project / "a letter é").write_text("new\n")
    assert changed_files() == ["params.yaml", "a letter é", "new.py"]


def test_a_folder_without_a_repository_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    with pytest.raises(PipelineError, match=r"expected a git repository with a commit, `git rev-parse` said: fatal: not a git repository"):
        take_snapshot()
