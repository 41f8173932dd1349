"""A clone has the snapshot's files and one cell's settings, and says to git what the project would say; a lock keeps it for one cell."""

import errno
import os
import subprocess
from pathlib import Path

import pytest
from dvc.config import Config

from pipeline.sweep import worker
from pipeline.sweep.snapshot import git, take_snapshot
from pipeline.sweep.software import software
from pipeline.sweep.worker import Job


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with a commit and DVC's folder, in which the test runs."""
    folder = tmp_path / "project"
    (folder / ".dvc").mkdir(parents=True)
    monkeypatch.chdir(folder)
    for name in ("params.yaml", "code.py", ".dvc/config"):
        (folder / name).write_text("first\n")
    git("init", "--quiet")
    git("add", "--all")
    git("-c", "user.name=t", "-c", "user.email=t", "commit", "--quiet", "-m", "start")
    return folder


def job(clones: Path) -> tuple[Job, bytes]:
    snapshot = take_snapshot()
    lock = "schema: '2.0'\n"
    made = Job(snapshot.commit, snapshot.parent, str(clones), str(clones), "/cache #1", "", {}, lock, snapshot.shallow, software())
    return made, snapshot.bundle


def bring(clone: Path, made: tuple[Job, bytes]) -> list[str]:
    """Bring a clone to a snapshot and narrow its settings, as a task does; returns what git finds changed."""
    clone.parent.mkdir(parents=True, exist_ok=True)
    with open(clone.parent / "lock", "w") as lock:
        worker._bring_to(clone, lock.fileno(), *made)
    (clone / "params.yaml").write_text("one cell\n")
    printed = subprocess.run(["git", "status", "--porcelain", "--", ".", ":!.dvc"], cwd=clone, capture_output=True, text=True, check=True).stdout
    return printed.splitlines()


def test_a_clone_follows_the_project_and_says_the_same_to_git(project: Path, tmp_path: Path) -> None:
    clones = tmp_path / "clones"
    clones.mkdir()
    assert bring(clones / "0", job(clones)) == []
    assert Config.load_file(str(clones / "0" / ".dvc" / "config.local"))["cache"]["dir"] == "/cache #1"
    (project / "code.py").write_text("second\n")
    (project / "new.py").write_text("new\n")
    assert bring(clones / "0", job(clones)) == ["M  code.py", "A  new.py"]
    (project / "params.yaml").write_text("second\n")
    (project / "new.py").unlink()
    assert bring(clones / "0", job(clones)) == ["M  code.py", "M  params.yaml"]
    assert (clones / "0" / "code.py").read_text() == "second\n"
    assert not (clones / "0" / "new.py").exists()
    (project / "code.py").write_text("first\n")
    (project / "params.yaml").write_text("first\n")
    assert bring(clones / "0", job(clones)) == []


def test_a_clone_of_a_project_without_its_whole_history(project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (project / "code.py").write_text("second\n")
    git("-c", "user.name=t", "-c", "user.email=t", "commit", "--quiet", "-am", "second")
    git("clone", "--quiet", "--depth", "1", project.as_uri(), str(tmp_path / "shallow"))
    monkeypatch.chdir(tmp_path / "shallow")
    assert bring(tmp_path / "clones" / "0", job(tmp_path / "clones")) == []
    assert (tmp_path / "clones" / "0" / "code.py").read_text() == "second\n"


@pytest.mark.parametrize("left", ["a lock", "half a repository"])
def test_a_clone_that_a_killed_git_has_left_is_made_anew(project: Path, left: str) -> None:
    """The clone lies below the project, whose own repository git would find if that of the clone is none."""
    made = job(project / ".state" / "sweep")
    clone = Path(made[0].clones) / "0"
    repository = clone / ".git"
    if left == "a lock":
        bring(clone, made)
        (repository / "index.lock").touch()
    else:
        repository.mkdir(parents=True)
    (project / "code.py").write_text("changed\n")
    branch = git("symbolic-ref", "HEAD")
    assert bring(clone, made) == []
    assert (project / "code.py").read_text() == "changed\n"
    assert git("symbolic-ref", "HEAD") == branch


def test_a_clone_that_cannot_be_made_is_one_line(project: Path, tmp_path: Path) -> None:
    made = job(tmp_path / "clones")
    outcome = worker.run_cell(made[0], b"no bundle", "a-0", "one cell\n")
    assert outcome.error.startswith(f"error: {tmp_path / 'clones' / '0'} on ")
    assert "fatal: " in outcome.error
    assert not outcome.interrupted


def test_a_node_with_other_software_runs_no_cell(project: Path, tmp_path: Path) -> None:
    made, bundle = job(tmp_path / "clones")
    outcome = worker.run_cell(made._replace(software=made.software | {"keras": "9.9"}), bundle, "a-0", "one cell\n")
    assert "expected keras 9.9 as where the sweep began, found 3." in outcome.error
    assert not outcome.interrupted
    assert not (tmp_path / "clones").exists()


def test_a_folder_whose_files_cannot_be_locked_is_one_line(project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def without_locks(*_: object) -> None:
        raise OSError(errno.ENOSYS, "Function not implemented")

    monkeypatch.setattr("fcntl.flock", without_locks)  # as on Lustre without its option flock
    outcome = worker.run_cell(*job(tmp_path / "clones"), "a-0", "one cell\n")
    assert "expected a folder for clones whose files can be locked (sweep.folder), received: Function not implemented" in outcome.error
    assert [path.name for path in (tmp_path / "clones").iterdir()] == ["0.lock"]


def test_a_clone_is_taken_by_one_task_and_by_the_process_of_its_cell(tmp_path: Path) -> None:
    first, one = worker._free_clone(tmp_path)
    second, other = worker._free_clone(tmp_path)
    assert (one.name, other.name) == ("0", "1")
    with subprocess.Popen(["sleep", "100"], pass_fds=[first]) as process:  # a cell that outlives its task
        os.close(first)
        third, another = worker._free_clone(tmp_path)
        assert another.name == "2"
        process.kill()
    os.close(third)
    fourth, free = worker._free_clone(tmp_path)
    assert free.name == "0"
    for lock in (second, fourth):
        os.close(lock)


@pytest.mark.parametrize(
    ("status", "text", "error", "interrupted"),
    [
        (255, "error: mlflow.db: No space left on device\nERROR: failed to reproduce 'train@a-0': exited with 1\n", "No space left", False),
        (255, "ERROR: failed to reproduce 'train@a-0': failed to run: python, exited with -9\n", "exited with -9", True),
        (255, "ERROR: failed to reproduce 'train@a-0': failed to run: python, exited with 137\n", "exited with 137", True),
        (-9, "", "ended with status -9, without a word", True),
        (os.EX_TEMPFAIL, "ERROR: failed to pull data from the cloud\n", "failed to pull", True),
        (255, "ERROR: unexpected error - 503 Service Unavailable\n", "503", True),
        (1, "a line\n", "ended with status 1, without a word", False),
    ],
)
def test_an_end_that_another_try_may_change_is_told_from_an_error(tmp_path: Path, status: int, text: str, error: str, interrupted: bool) -> None:
    log = tmp_path / "a-0.log"
    log.write_text(text)
    outcome = worker._outcome(tmp_path, "a-0", status, log)
    assert error in outcome.error
    assert str(log) in outcome.error
    assert outcome.interrupted is interrupted
