"""A training in a process of its own: for each line with a number it trains so many steps, and prints how many seconds they took.

It imports nothing but the standard library, because PyTorch has an environment of its own.
"""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

TRAIN = Path("artifacts/data/train.npz")  # what every training is trained on


def answer(train: Callable[[int], None]) -> None:
    """Train as the lines of standard input ask, until it ends."""
    for line in sys.stdin:
        started = time.perf_counter()
        train(int(line))
        print(time.perf_counter() - started, flush=True)


class Worker:
    """The process that asks."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self.process = process

    def seconds(self, steps: int) -> float:
        """How long the process takes for so many steps.

        Raises:
            ChildProcessError: It ended.
        """
        if self.process.stdin is None or self.process.stdout is None:
            raise ValueError("expected a process with pipes, received one without")
        self.process.stdin.write(f"{steps}\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            raise ChildProcessError(f"{' '.join(self.process.args)}: expected seconds, received the end of the process; see above")  # type: ignore[arg-type]
        return float(line)


@contextmanager
def started(command: list[str]) -> Iterator[Worker]:
    """A process that trains; it ends with the block."""
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        yield Worker(process)
