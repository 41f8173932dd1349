"""Writers side by side: each a process with a project of its own, and all begin at once."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import IO, Any, NamedTuple

from benchmarks.team.projects import HERE
from pipeline.files.errors import PipelineError

FOREIGN = ("MLFLOW_", "DVC_", "PG", "GAN_")  # variables that would change what a writer does


class Reported(NamedTuple):
    """What came of the cells of one project."""

    rows: list[dict[str, Any]]  # cell, seconds, recorded
    warnings: list[str]


class Writer:
    """A process of benchmarks.team.writer in a project's folder; `printed` are the lines for each cell, as they come."""

    def __init__(self, project: Path, generator: Path, account: Mapping[str, str], pause: float = 0.0, *more: str) -> None:
        environment = {name: value for name, value in os.environ.items() if not name.startswith(FOREIGN)} | dict(account)
        environment |= {"PYTHONPATH": str(HERE), "TF_NUM_INTRAOP_THREADS": "1", "TF_NUM_INTEROP_THREADS": "1", "TF_CPP_MIN_LOG_LEVEL": "3"}
        command = [sys.executable, "-m", "benchmarks.team.writer", str(generator), str(pause), *more]
        self.errors = project / "errors.txt"
        with self.errors.open("w") as errors:
            self.process = subprocess.Popen(
                command, cwd=project, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors, text=True
            )

    def wait(self) -> None:
        """Wait until it has imported everything.

        Raises:
            PipelineError: It has ended.
        """
        if _open(self.process.stdout).readline() != "ready\n":
            raise PipelineError(f"benchmarks.team.writer: expected a process that is ready, received: {self.errors.read_text()[-500:]}")

    def begin(self) -> None:
        """Let it work."""
        print(file=_open(self.process.stdin), flush=True)

    def end(self) -> Reported:
        """Wait for its last cell."""
        rows = [json.loads(line) for line in _open(self.process.stdout)]
        if self.process.wait():
            raise PipelineError(f"benchmarks.team.writer: expected status 0, received {self.process.returncode}: {self.errors.read_text()[-500:]}")
        return Reported(rows, self.errors.read_text().splitlines())


class AtOnce(NamedTuple):
    """What came of all projects, and how long it took from the first cell's beginning to the last one's end."""

    reported: list[Reported]
    seconds: float

    @property
    def warnings(self) -> list[str]:
        """All that the writers said."""
        return [line for each in self.reported for line in each.warnings]


def report_at_once(writers: list[Writer], meanwhile: Callable[[], None] = lambda: None) -> AtOnce:
    """Begin all of them as soon as the last is ready, do something else meanwhile, and wait for their ends; none is left running."""
    try:
        for writer in writers:
            writer.wait()
        began = time.perf_counter()
        for writer in writers:
            writer.begin()
        meanwhile()
        return AtOnce([writer.end() for writer in writers], time.perf_counter() - began)
    finally:
        for writer in writers:
            writer.process.kill()
            writer.process.communicate()


def _open(stream: IO[str] | None) -> IO[str]:
    if stream is None:
        raise ValueError("expected a pipe")
    return stream
