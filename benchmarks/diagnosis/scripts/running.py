"""Runs a script twice, each time in a process of its own: as it is, and with the doctor. What has run before is not run again."""

import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.diagnosis.scripts import kept
from pipeline.files.errors import DataError
from pipeline.files.json_file import read_json

SECONDS = 240.0  # after which a script is ended
TIMED_OUT = "timed out"
ONE_THREAD = {"TF_NUM_INTRAOP_THREADS": "1", "TF_NUM_INTEROP_THREADS": "1", "OMP_NUM_THREADS": "1", "TF_CPP_MIN_LOG_LEVEL": "3"}
LENGTH_AND_SEED = ("STEPS", "SEED")  # by which scripts can be shortened and varied
RAW = Path("artifacts/raw")
DIGITS = "train-images-idx3-ubyte"
# `fit` and clocks in scripts print how long something took: "3s", "61ms/step", "(12.3s)". No two runs have the same.
DURATION = re.compile(r"\b\d+(\.\d+)? ?(us|ms|s)\b")
STEPS = re.compile(r"^gan-doctor: .* after (\d+) training steps?: ", re.MULTILINE)


class Run(NamedTuple):
    """How a process ended, and what it printed."""

    status: int | str  # its exit status, minus the number of a signal that ended it, or `TIMED_OUT`
    seconds: float
    output: str
    last_words: str  # the last line on standard error that says something
    steps: int | None = None  # training steps that the doctor counted: updates of the generator
    report: dict[str, Any] | None = None  # the doctor's, if it ran with it and there is one


class Pair(NamedTuple):
    """A script's two runs, and a third one, without the doctor, where these two do not print the same."""

    plain: Run
    with_doctor: Run
    again: Run | None = None


def environment() -> dict[str, str]:
    """The environment of every run: one thread, full length, MNIST where MNIST_DIR says or else where the pipeline has put it.

    Raises:
        DataError: MNIST is not there.
    """
    folder = Path(os.environ.get("MNIST_DIR") or RAW).resolve()
    if not any((folder / f"{DIGITS}{ending}").is_file() for ending in ("", ".gz")):
        raise DataError(f"{folder}: expected the MNIST files, found no {DIGITS}; run `dvc repro preprocess`, or set MNIST_DIR to their folder")
    return {name: value for name, value in os.environ.items() if name not in LENGTH_AND_SEED} | ONE_THREAD | {"MNIST_DIR": str(folder)}


def run_pair(script: Path, variables: dict[str, str], folder: Path = kept.FOLDER) -> Pair:
    """Run a script without the doctor, then with it; a script that fails or takes too long is recorded as such."""
    plain, with_doctor = run_plain(script, variables, folder), run_with_doctor(script, variables, folder)
    return Pair(plain, with_doctor, None if same_output(plain, with_doctor) else run_plain(script, variables, folder, kept.AGAIN))


def run_plain(script: Path, variables: dict[str, str], folder: Path = kept.FOLDER, kind: str = kept.PLAIN) -> Run:
    """Run a script as it is, unless `folder` has that run."""
    return _once(kept.place(folder, script, variables, kind), lambda: run([sys.executable, str(script)], variables, SECONDS))


def run_with_doctor(script: Path, variables: dict[str, str], folder: Path = kept.FOLDER) -> Run:
    """Run a script with the doctor, unless `folder` has that run."""

    def diagnosed() -> Run:
        with tempfile.TemporaryDirectory() as temporary:
            file = Path(temporary) / "report.json"
            ended = run([sys.executable, "-m", "pipeline.doctor", "run", "--report", str(file), str(script)], variables, SECONDS)
            return ended._replace(report=read_json(file) if file.is_file() else None)

    return _once(kept.place(folder, script, variables, kept.DOCTORS), diagnosed)


def _once(place: Path, make: Callable[[], Run]) -> Run:
    """The run that is kept at a place, or else a new one, which is then kept if its time was enough."""
    return Run(**kept.once(place, lambda: make()._asdict(), lambda ended: ended["status"] != TIMED_OUT))


def run(command: list[str], variables: dict[str, str], seconds: float) -> Run:
    """Run a command; with what it has started itself, it is ended when its time is over."""
    began = time.perf_counter()
    with subprocess.Popen(command, env=variables, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True) as process:
        try:
            output, errors = process.communicate(timeout=seconds)
            status: int | str = process.returncode
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            output, errors = process.communicate()
            status = TIMED_OUT
        except BaseException:
            os.killpg(process.pid, signal.SIGKILL)
            raise
    said = errors.decode("utf-8", "replace")
    counted = STEPS.search(said)
    return Run(status, time.perf_counter() - began, output.decode("utf-8", "backslashreplace"), _last_line(said), counted and int(counted[1]))


def output_kept(pair: Pair) -> bool | None:
    """Whether a script printed the same with the doctor; None if it does not print the same without it either."""
    if same_output(pair.plain, pair.with_doctor):
        return True
    return None if pair.again is not None and not same_output(pair.plain, pair.again) else False


def same_output(one: Run, other: Run) -> bool:
    """Whether two runs ended alike and printed the same, durations aside."""
    return one.status == other.status and without_durations(one.output) == without_durations(other.output)


def without_durations(output: str) -> str:
    """An output with each duration replaced by a sign.

    >>> without_durations("50/50 - 3s - 61ms/step - d_loss: 0.693 (12.3 s)")
    '50/50 - # - #/step - d_loss: 0.693 (#)'
    """
    return DURATION.sub("#", output)


def _last_line(errors: str) -> str:
    lines = [line.strip() for line in errors.splitlines() if line.strip()]
    return lines[-1] if lines else ""
