"""How far a long step is and how long it will take: a bar that stays in its line on a terminal, plain lines now and then elsewhere."""

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from tqdm import tqdm

SECONDS_BETWEEN_LINES = 5.0  # at least; what is said more often is left out, but for the last
BAR = "{desc} {percentage:3.0f}%|{bar}| {elapsed}, {remaining} left{postfix}"


class Progress(Protocol):
    """Where a long step reports how far it is."""

    def advance(self, share: float, words: str = "") -> None:
        """So much more of the whole is done; `words` say where the step stands, until others replace them."""


@contextmanager
def progress(title: str, done: float = 0.0) -> Iterator[Progress]:
    """Show a step from its start to its end, which it may not reach; `done` is the share that was done earlier, in another process.

    >>> with progress("modern-0") as shown:
    ...     for epoch in range(9):
    ...         shown.advance(1 / 9, f"epoch {epoch + 1}/9")
    modern-0: epoch 9/9  [100%, 00:00]
    """
    shown = _Bar(title, done) if on_terminal() else _Lines(title, done)
    try:
        yield shown
    finally:
        shown.close()


def on_terminal() -> bool:
    """Whether standard output is a terminal that can rewrite a line."""
    return sys.stdout.isatty() and os.environ.get("TERM") != "dumb"


def say(text: str) -> None:
    """Print a line; a bar goes on below it."""
    tqdm.write(text, file=sys.stdout)


class _Bar:
    def __init__(self, title: str, done: float) -> None:
        self.done = done
        # No smoothing: the pause after an epoch is no news.
        self.bar = tqdm(total=1, initial=done, desc=title, file=sys.stdout, dynamic_ncols=True, bar_format=BAR, smoothing=0)

    def advance(self, share: float, words: str = "") -> None:
        if words:
            self.bar.set_postfix_str(words, refresh=False)
        self.done += share
        self.bar.update(min(self.done, 1) - self.bar.n)  # shares may add up to a little more than 1

    def close(self) -> None:
        self.bar.close()


class _Lines:
    def __init__(self, title: str, done: float) -> None:
        self.title, self.done, self.before = title, done, done
        self.started = self.printed = time.monotonic()
        self.unsaid = ""

    def advance(self, share: float, words: str = "") -> None:
        self.done += share
        self.unsaid = words or self.unsaid
        if words and time.monotonic() - self.printed >= SECONDS_BETWEEN_LINES:
            self._print()

    def close(self) -> None:
        if self.unsaid:
            self._print()

    def _print(self) -> None:
        self.printed = time.monotonic()
        passed = self.printed - self.started
        times = [f"{self.done:.0%}", tqdm.format_interval(passed)]
        if self.before < self.done < 0.995:
            times.append(f"{tqdm.format_interval(passed / (self.done - self.before) * (1 - self.done))} left")
        print(f"{self.title}: {self.unsaid}  [{', '.join(times)}]", flush=True)
        self.unsaid = ""
