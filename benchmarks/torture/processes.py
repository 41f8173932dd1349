"""Processes that a part of the torture starts: each in a session of its own, bounded in time, and ended with all that it has started."""

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from tests.project import accept_interrupts

LANES = 2  # as many projects at once as `make torture` has cores
LONGEST = 600.0  # seconds that any command may take: on a busy machine a whole `dvc repro` takes minutes
Outcome = TypeVar("Outcome")


class Ended(NamedTuple):
    """How a process ended, and what it printed."""

    status: int
    output: str
    errors: str
    seconds: float


class Process:
    """A command that runs; `end` waits for it and kills what is left of its session."""

    def __init__(self, command: Iterable[str], folder: Path, environment: dict[str, str], outputs: Path) -> None:
        outputs.mkdir(parents=True, exist_ok=True)
        stem = f"{time.time_ns()}"
        self.files = outputs / f"{stem}.out", outputs / f"{stem}.err"
        self.began = time.perf_counter()
        with self.files[0].open("wb") as out, self.files[1].open("wb") as err:
            self.popen = subprocess.Popen(
                list(command),
                cwd=folder,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=err,
                start_new_session=True,
                preexec_fn=accept_interrupts,
            )

    def end(self, seconds: float = LONGEST) -> Ended:
        """Wait for the command; with everything in its session it is killed when its time is over."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.popen.wait(max(0.1, seconds))
        took = time.perf_counter() - self.began
        self.kill()
        output, errors = (path.read_text(encoding="utf-8", errors="replace") for path in self.files)
        return Ended(self.popen.wait(), output, errors, took)

    def signal(self, number: int, whom: str, stage: int | None = None) -> None:
        """Send a signal to the `group`, to the command itself (`dvc`), or to the `stage` with this process id."""
        with contextlib.suppress(ProcessLookupError):
            if whom == "group":
                os.killpg(self.popen.pid, number)
            else:
                os.kill(stage if whom == "stage" and stage else self.popen.pid, number)

    def kill(self) -> None:
        """End whatever is left of the session."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.popen.pid, signal.SIGKILL)

    def runs(self) -> bool:
        """Whether the command itself still runs."""
        return self.popen.poll() is None


def wait_until(found: Callable[[], Any], seconds: float) -> Any:
    """What `found` returns as soon as that is something, or after so many seconds nothing."""
    until = time.monotonic() + seconds
    while not (result := found()) and time.monotonic() < until:
        time.sleep(0.02)
    return result


def alive(pid: int) -> bool:
    """Whether a process still runs; one that has ended and was not waited for does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def side_by_side(work: Callable[..., Outcome], jobs: Iterable[Any], lanes: int = LANES) -> list[Outcome]:
    """What `work` returns for each job, in their order; some run at once, and the first error ends all."""
    with ThreadPoolExecutor(lanes) as pool:
        return list(pool.map(work, jobs))


def not_of_dvc(text: str) -> list[str]:
    """The lines of standard error that a stage printed, not DVC."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return [line for line in lines if not line.startswith(("ERROR:", "WARNING:", "Running stage", "> ", "hint:"))]
