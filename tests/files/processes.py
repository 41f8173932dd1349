"""Short Python programs as real processes, which are sent real signals."""

import os
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.conftest import ROOT
from tests.project import accept_interrupts

START = """
import os, sys, time
from pathlib import Path
from pipeline.files.errors import one_line_errors
"""


@contextmanager
def start(program: str, folder: Path, ready: Callable[[], object] = accept_interrupts, **environment: str) -> Iterator[subprocess.Popen[str]]:
    """A program that runs in `folder` until the block ends; `START` stands before it."""
    text = START + textwrap.dedent(program)
    kept = {name: value for name, value in os.environ.items() if not name.startswith("DVC_")} | {"PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", text]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(command, cwd=folder, env=kept | environment, text=True, preexec_fn=ready, **pipes) as process:  # type: ignore[call-overload]
        try:
            yield process
        finally:
            process.kill()


def wait_for(condition: Callable[[], object], seconds: float = 60) -> None:
    """Return once it holds."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)


def read_line(process: subprocess.Popen[str]) -> str:
    """The next line that it prints."""
    assert process.stdout is not None
    return process.stdout.readline().rstrip()
