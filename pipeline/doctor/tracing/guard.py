"""Keeps whatever fails inside the doctor out of the user's training, and measures the time that the doctor takes."""

import time
from types import TracebackType

import numpy as np

LONGEST = 300  # characters of a reason


class Guard:
    """Turns errors of the doctor into entries of `not_checked`.

    Attributes:
        not_checked: what could not be checked -> the full reason.
        seconds: time spent in guarded parts.
        depth: how many parts are open; one inside another is counted with the outer one.
        began: when the outermost of them began.
    """

    def __init__(self) -> None:
        self.not_checked: dict[str, str] = {}
        self.seconds = 0.0
        self.depth, self.began = 0, 0.0

    def part(self, subject: str) -> "_Part":
        """Run a part of the doctor; an error in it is noted under `subject`, and what follows the `with` block goes on."""
        return _Part(self, subject)


class _Part:
    """A guarded part. It is a class and no generator, which would take longer: several parts begin and end in every step."""

    __slots__ = ("guard", "quiet", "subject")

    def __init__(self, guard: Guard, subject: str) -> None:
        self.guard, self.subject = guard, subject
        self.quiet = np.errstate(all="ignore")  # a warning about numbers that are not finite would be the doctor's, not the script's

    def __enter__(self) -> None:
        guard = self.guard
        if not guard.depth:
            guard.began = time.perf_counter()
        guard.depth += 1
        self.quiet.__enter__()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> bool:
        guard = self.guard
        self.quiet.__exit__(kind, error, trace)
        if isinstance(error, Exception):
            guard.not_checked.setdefault(self.subject, reason(error))
        guard.depth -= 1
        if not guard.depth:
            guard.seconds += time.perf_counter() - guard.began
        return isinstance(error, Exception)


def reason(error: BaseException) -> str:
    """An error in one line; of a message that lists whole tensors, the beginning.

    Example:
        >>> reason(ValueError("Expected one row.\\nReceived none."))
        'ValueError: Expected one row. Received none.'
    """
    text = " ".join(f"{type(error).__name__}: {error}".split())
    return text if len(text) <= LONGEST else f"{text[:LONGEST]} ..."
