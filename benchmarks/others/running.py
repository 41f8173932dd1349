"""Runs a script twice, each time in a process of its own: as it is, and with the doctor."""

import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, NamedTuple

from pipeline.files.artifacts import read_json
from pipeline.files.errors import DataError

SECONDS = 240.0  # after which a script is ended
TIMED_OUT = "timed out"
ONE_THREAD = {"TF_NUM_INTRAOP_THREADS": "1", "TF_NUM_INTEROP_THREADS": "1", "OMP_NUM_THREADS": "1", "TF_CPP_MIN_LOG_LEVEL": "3"}
RAW = Path("artifacts/raw")
DIGITS = "train-images-idx3-ubyte"
# `fit` and clocks in scripts print how long something took: "3s", "61ms/step", "(12.3s)". No two runs have the same.
DURATION = re.compile(rb"\b\d+(\.\d+)?(us|ms|s)\b")


class Run(NamedTuple):
    """How a process ended, and what it printed."""

    status: int | str  # its exit status, minus the number of a signal that ended it, or `TIMED_OUT`
    seconds: float
    output: bytes
    last_words: str  # the last line on standard error that says something


class Pair(NamedTuple):
    """A script's two runs, and the doctor's report."""

    plain: Run
    with_doctor: Run
    report: dict[str, Any] | None


def environment() -> dict[str, str]:
    """The environment of every run: one thread, full length, MNIST where MNIST_DIR says or else where the pipeline has put it.

    Raises:
        DataError: MNIST is not there.
    """
    folder = Path(os.environ.get("MNIST_DIR") or RAW).resolve()
    if not any((folder / f"{DIGITS}{ending}").is_file() for ending in ("", ".gz")):
        raise DataError(f"{folder}: expected the MNIST files, found no {DIGITS}; run `dvc repro preprocess`, or set MNIST_DIR to their folder")
    return {name: value for name, value in os.environ.items() if name != "STEPS"} | ONE_THREAD | {"MNIST_DIR": str(folder)}


def run_pair(script: Path, variables: dict[str, str], seconds: float = SECONDS) -> Pair:
    """Run a script without the doctor, then with it; a script that fails or takes too long is recorded as such."""
    plain = run([sys.executable, str(script)], variables, seconds)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "report.json"
        with_doctor = run([sys.executable, "-m", "pipeline.doctor", "run", "--report", str(file), str(script)], variables, seconds)
        return Pair(plain, with_doctor, read_json(file) if file.is_file() else None)


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
    return Run(status, time.perf_counter() - began, output, _last_line(errors))


def same_output(one: Run, other: Run) -> bool:
    """Whether two runs ended alike and printed the same bytes, durations aside."""
    return one.status == other.status and without_durations(one.output) == without_durations(other.output)


def without_durations(output: bytes) -> bytes:
    """An output with each duration replaced by a sign.

    >>> without_durations(b"50/50 - 3s - 61ms/step - d_loss: 0.693 (12.3s)")
    b'50/50 - # - #/step - d_loss: 0.693 (#)'
    """
    return DURATION.sub(b"#", output)


def _last_line(errors: bytes) -> str:
    lines = [line.strip() for line in errors.decode("utf-8", "replace").splitlines() if line.strip()]
    return lines[-1] if lines else ""
