"""A stage that is interrupted or fails ends in one line and a status, and leaves nothing half-written."""

import errno
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from pipeline.files.artifacts import staged_file, staged_folder, write_json
from pipeline.files.errors import DataError, DownloadError, SettingsError, one_line_errors
from pipeline.settings.yaml_file import read_yaml
from tests.conftest import ROOT, Mirror
from tests.files.processes import start
from tests.project import accept_interrupts


@pytest.mark.skipif(os.name == "nt", reason="Windows cannot send these signals to another process")
@pytest.mark.parametrize(("signal_number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_an_interrupted_stage_leaves_nothing(tmp_path: Path, mirror: Mirror, signal_number: int, status: int) -> None:
    content = read_yaml(ROOT / "params.yaml")
    content["download"] |= {"source": "mnist", "read_timeout_seconds": 60}
    (tmp_path / "params.yaml").write_text(yaml.safe_dump(content))
    environment = {"PYTHONPATH": str(ROOT), "MNIST_MIRROR": mirror.url("stalls"), "PATH": os.environ["PATH"]}
    command = [sys.executable, "-m", "pipeline.stages.download", "raw"]
    with subprocess.Popen(command, cwd=tmp_path, env=environment, stderr=subprocess.PIPE, text=True, preexec_fn=accept_interrupts) as stage:
        while not mirror.requests and stage.poll() is None:
            time.sleep(0.05)
        time.sleep(0.3)
        stage.send_signal(signal_number)
        printed = stage.communicate(timeout=20)[1]
    assert stage.returncode == status
    assert "Traceback" not in printed
    word = "interrupted" if signal_number == signal.SIGINT else "terminated"
    assert f"error: {word}; no half-written output was kept" in printed
    assert sorted(path.name for path in tmp_path.iterdir()) == [".state", "params.yaml"]


@pytest.mark.parametrize(("error", "status"), [(SettingsError("key: wrong"), 1), (DownloadError("no mirror"), 69), (DataError("a\nb"), 1)])
def test_what_the_user_can_fix_is_one_line(error: Exception, status: int, capsys: pytest.CaptureFixture[str]) -> None:
    before = signal.getsignal(signal.SIGTERM)
    with pytest.raises(SystemExit) as ended, one_line_errors():
        raise error
    assert signal.getsignal(signal.SIGTERM) == before
    assert ended.value.code == status
    assert capsys.readouterr().err == "error: " + str(error).replace("\n", " ") + "\n"


def a_full_disk(folder: Path) -> None:
    with staged_file(folder / "samples.npy"), open("/dev/full", "w") as file:
        file.write("more than there is room for")


def a_folder_in_a_files_place(folder: Path) -> None:
    (folder / "scores.json").mkdir()
    write_json(folder / "scores.json", {})


def a_file_in_a_folders_place(folder: Path) -> None:
    (folder / "cell").write_text("")
    with staged_folder(folder / "cell") as partial:
        (partial / "history.json").write_text("{}")


def a_file_system_that_is_read_only(folder: Path) -> None:
    raise OSError(errno.EROFS, "Read-only file system", str(folder / "scores.json"))


def no_permission(folder: Path) -> None:
    raise PermissionError(errno.EACCES, "Permission denied", str(folder / "scores.json"))


def another_alphabet(folder: Path) -> None:
    (folder / "notes").write_bytes(b"\xff")
    (folder / "notes").read_text("utf-8")


def no_memory(_: Path) -> None:
    raise MemoryError("Unable to allocate 3. GiB for an array")


@pytest.mark.parametrize(
    ("fault", "line"),
    [
        (a_full_disk, "{}/samples.npy: expected to use it, found the disk full; make room, then run the same command again"),
        (a_folder_in_a_files_place, "{}/scores.json: expected to use it, found a folder in its place; move the folder away, then run"),
        (a_file_in_a_folders_place, "{}/cell: expected to use it, found a file in its place; move the file away, then run"),
        (a_file_system_that_is_read_only, "{}/scores.json: expected to use it, found a file system that is read-only; make it writable, or work"),
        (no_permission, "{}/scores.json: expected to use it, received no permission; change its owner or its mode, or that of its folder"),
        (
            another_alphabet,
            "expected text in UTF-8, received something else ('utf-8' codec can't decode byte 0xff in position 0: invalid start byte)",
        ),
        (no_memory, "expected enough memory, received none (Unable to allocate 3. GiB for an array); end other programs, or lower"),
    ],
)
def test_what_the_system_refuses_is_one_line(fault: Callable[[Path], None], line: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended, one_line_errors():
        fault(tmp_path)
    assert ended.value.code == 1
    printed = capsys.readouterr().err
    assert printed.startswith("error: " + line.format(tmp_path))
    assert printed.count("\n") == 1
    assert not [path for path in tmp_path.iterdir() if "partial" in path.name]


def test_hdf5_does_not_begin_what_finds_no_room(tmp_path: Path) -> None:
    """It ends the process with a fault in its memory where a write fails."""
    program = """
    import resource
    from pipeline.files.artifacts import staged_folder
    from pipeline.files.room import save_weights
    class Model:
        def count_params(self):
            return 1_000_000
        def save_weights(self, path):
            print("begins")
    resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, 1_000_000))
    with one_line_errors(), staged_folder(Path("cell")) as folder:
        save_weights(Model(), folder / "generator.weights.h5")
    """
    with start(program, tmp_path) as stage:
        printed = stage.communicate(timeout=60)
    assert printed[0] == ""
    assert printed[1].startswith("error: cell: expected to use it, found a limit on the size of files; raise it (`ulimit -f`)")
    assert not list(tmp_path.iterdir())


def test_what_hdf5_raises_in_destructors_is_not_printed(tmp_path: Path) -> None:
    program = """
    class Id:
        def __del__(self):
            raise RuntimeError("Can't decrement id ref count (file write failed: errno = 28, error message = 'No space left on device')")
    with one_line_errors():
        Id()
        raise RuntimeError("Can't close (errno = 28, ...)")
    """
    with start(program, tmp_path) as stage:
        printed = stage.communicate(timeout=60)[1]
    assert printed == "error: expected an answer of the system, found the disk full; make room, then run the same command again\n"


@pytest.mark.parametrize("error", [ZeroDivisionError, ValueError, KeyError, RuntimeError])
def test_an_error_of_the_program_keeps_its_traceback(error: type[Exception]) -> None:
    with pytest.raises(error), one_line_errors():
        raise error


@pytest.mark.parametrize(
    ("raised", "line"), [("OSError(28, 'full', 'cell')", "error: cell: expected to use it, found the disk full"), ("KeyError('x')", "Trace")]
)
def test_an_error_during_the_imports_of_a_stage_is_one_line_where_it_is_the_systems(tmp_path: Path, raised: str, line: str) -> None:
    (tmp_path / "threadpoolctl.py").write_text(f"raise {raised}\n")
    environment = {"PYTHONPATH": f"{tmp_path}{os.pathsep}{ROOT}", "PATH": os.environ["PATH"]}
    ended = subprocess.run([sys.executable, "-m", "pipeline.stages.train"], cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert ended.returncode == 1
    assert ended.stderr.startswith(line)
    assert (ended.stderr.count("\n") == 1) == (line != "Trace")
