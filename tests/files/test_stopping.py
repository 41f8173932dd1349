"""A signal ends a stage with one line whenever it comes, a training once its step is done, and a stage that DVC left ends itself."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from pipeline.files.stopping import finish_step, stop_asked, stopped
from tests.conftest import ROOT
from tests.files.processes import read_line, start, wait_for
from tests.project import accept_interrupts

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows cannot send these signals to another process")
SIGNALS = [(signal.SIGINT, "interrupted", 130), (signal.SIGTERM, "terminated", 143), (signal.SIGHUP, "hung up", 129)]
NOTHING_KEPT = "no half-written output was kept, run the same command again"
GUARDED = """
sys.argv = ["-m"]  # as in the package of a module that `python -m` looks for
from pipeline.files.starting import guard_imports
guard_imports()
"""
TRAINS = """
from pipeline.files.stopping import finish_step, stop_asked, stopped
with one_line_errors(), finish_step():
    print("trains", flush=True)
    while not stop_asked():
        time.sleep(0.01)
    Path("checkpoint").write_text("step 7")
    raise stopped("step 7 is kept: `dvc repro` continues there")
"""
CLEANS_UP = """
from pipeline.files.stopping import finish_step, stop_asked, stopped
with one_line_errors(), finish_step():
    print("trains", flush=True)
    while not stop_asked():
        time.sleep(0.01)
    try:
        raise stopped("step 7 is kept: `dvc repro` continues there")
    finally:
        print("cleans up", flush=True)
        time.sleep(1.5)
        Path("cleaned").touch()
"""
NEVER_ASKS = """
from pipeline.files.stopping import finish_step
with one_line_errors():
    with finish_step():
        print("trains", flush=True)
        time.sleep(float(os.environ["STEP"]))
    print("goes on")
"""


@pytest.mark.parametrize(("number", "reason", "status"), SIGNALS)
def test_a_training_finishes_its_step_and_says_how_to_continue(tmp_path: Path, number: int, reason: str, status: int) -> None:
    with start(TRAINS, tmp_path) as training:
        assert read_line(training) == "trains"
        training.send_signal(number)
        training.send_signal(number)  # as a terminal that closes does
        printed = training.communicate(timeout=60)[1]
    assert (printed, training.returncode) == (f"error: {reason}; step 7 is kept: `dvc repro` continues there\n", status)
    assert (tmp_path / "checkpoint").read_text() == "step 7"


def test_a_second_signal_cuts_no_clean_up_short(tmp_path: Path) -> None:
    with start(CLEANS_UP, tmp_path) as training:
        assert read_line(training) == "trains"
        training.send_signal(signal.SIGTERM)
        assert read_line(training) == "cleans up"
        time.sleep(0.7)  # within half a second two signals count as one
        training.send_signal(signal.SIGTERM)
        printed = training.communicate(timeout=60)[1]
    assert (printed, training.returncode) == ("error: terminated; step 7 is kept: `dvc repro` continues there\n", 143)
    assert (tmp_path / "cleaned").exists()


def test_a_second_signal_does_not_wait_for_the_step(tmp_path: Path) -> None:
    with start(NEVER_ASKS, tmp_path, STEP="600") as training:
        assert read_line(training) == "trains"
        ends = time.monotonic() + 60  # on a busy machine two signals may be handled within the half second that counts as one
        while training.poll() is None and time.monotonic() < ends:
            training.send_signal(signal.SIGTERM)
            time.sleep(0.6)
        assert training.communicate(timeout=60) == ("", f"error: terminated; {NOTHING_KEPT}\n")
    assert training.returncode == 143


def test_a_step_that_does_not_ask_ends_the_stage_at_its_end(tmp_path: Path) -> None:
    with start(NEVER_ASKS, tmp_path, STEP="0.3") as training:
        assert read_line(training) == "trains"
        training.send_signal(signal.SIGINT)
        assert training.communicate(timeout=60) == ("", f"error: interrupted; {NOTHING_KEPT}\n")
    assert training.returncode == 130


def test_what_nohup_started_goes_on_when_the_terminal_closes(tmp_path: Path) -> None:
    def nohup() -> None:
        signal.signal(signal.SIGHUP, signal.SIG_IGN)

    with start(GUARDED + NEVER_ASKS, tmp_path, nohup, STEP="0.3") as training:
        assert read_line(training) == "trains"
        training.send_signal(signal.SIGHUP)
        assert training.communicate(timeout=60) == ("goes on\n", "")


@pytest.mark.parametrize(("number", "reason", "status"), SIGNALS)
def test_a_signal_during_the_imports_of_a_stage_is_one_line(tmp_path: Path, number: int, reason: str, status: int) -> None:
    """The first thing that a stage with networks imports is one that swallows exceptions here, as the import of a C extension can."""
    slow = "import time\nprint('imports', flush=True)\ntry:\n    time.sleep(600)\nexcept BaseException:\n    pass\n"
    (tmp_path / "threadpoolctl.py").write_text(slow)
    command = [sys.executable, "-m", "pipeline.stages.train"]
    environment = {"PYTHONPATH": f"{tmp_path}{os.pathsep}{ROOT}", "PATH": os.environ["PATH"]}
    pipe = subprocess.PIPE
    with subprocess.Popen(command, cwd=tmp_path, env=environment, stdout=pipe, stderr=pipe, text=True, preexec_fn=accept_interrupts) as stage:
        assert read_line(stage) == "imports"
        stage.send_signal(number)
        stage.send_signal(number)
        printed = stage.communicate(timeout=60)[1]
    assert (printed, stage.returncode) == (f"error: {reason}; {NOTHING_KEPT}\n", status)


def test_a_signal_that_comes_in_a_destructor_is_not_lost(tmp_path: Path) -> None:
    """Python drops what is raised there."""
    program = """
    class Slow:
        def __del__(self):
            print("destroys", flush=True)
            time.sleep(600)
    with one_line_errors():
        Slow()
        time.sleep(600)
    """
    with start(program, tmp_path) as stage:
        assert read_line(stage) == "destroys"
        stage.send_signal(signal.SIGTERM)
        assert stage.communicate(timeout=60)[1] == f"error: terminated; {NOTHING_KEPT}\n"
    assert stage.returncode == 143


LIKE_DVC = """
import subprocess
subprocess.run(["sh", "-c", sys.argv[1]], env=os.environ | ({"DVC_STAGE": "train@modern-0"} if os.environ["AS_DVC"] else {}))
"""


@pytest.mark.parametrize("shell", ["exec {}", "{}; true"], ids=["shell that becomes the stage", "shell that stays"])
@pytest.mark.parametrize("program", [TRAINS, NEVER_ASKS], ids=["training", "stage at work"])
def test_a_stage_whose_dvc_was_killed_ends_itself(tmp_path: Path, shell: str, program: str) -> None:
    stage = started_by_dvc(tmp_path, shell, program.replace("finish_step()", "nullcontext()") if program is NEVER_ASKS else program, "yes")
    wait_for(lambda: not stage.is_running())
    how = "step 7 is kept: `dvc repro` continues there" if program is TRAINS else NOTHING_KEPT
    assert (tmp_path / "errors").read_text() == f"error: its parent process ended; {how}\n"
    assert (tmp_path / "checkpoint").exists() == (program is TRAINS)


def test_what_was_not_started_by_dvc_outlives_its_parent(tmp_path: Path) -> None:
    stage = started_by_dvc(tmp_path, "exec {}", NEVER_ASKS, "")
    time.sleep(1.2)
    assert stage.is_running()
    stage.kill()


def started_by_dvc(folder: Path, shell: str, program: str, as_dvc: str) -> psutil.Process:
    """A program whose parent, which stands for DVC, has just been killed."""
    text = f"import os, sys, time\nfrom contextlib import nullcontext\nfrom pathlib import Path\n{GUARDED}\n"
    text += f"from pipeline.files.errors import one_line_errors\nPath('number').write_text(str(os.getpid()))\n{program}"
    (folder / "stage.py").write_text(text)
    command = shell.format(f"'{sys.executable}' stage.py > output 2> errors")
    environment = {name: value for name, value in os.environ.items() if not name.startswith("DVC_")}
    environment |= {"PYTHONPATH": str(ROOT), "AS_DVC": as_dvc, "STEP": "600"}
    with subprocess.Popen([sys.executable, "-c", "import os, sys" + LIKE_DVC, command], cwd=folder, env=environment) as dvc:
        wait_for(lambda: (folder / "output").is_file() and "trains" in (folder / "output").read_text())
        stage = psutil.Process(int((folder / "number").read_text()))
        time.sleep(0.6)  # the first look at the parents
        dvc.kill()
    return stage


def test_outside_a_command_nothing_is_noted() -> None:
    with finish_step():
        assert stop_asked() is None
    with pytest.raises(ValueError, match="expected that a stop was asked for"):
        stopped("nothing")
