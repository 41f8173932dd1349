"""Keeps whatever fails inside the doctor out of the user's training, and measures the time that the doctor takes."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np

LONGEST = 300  # characters of a reason


class Guard:
    """Turns errors of the doctor into entries of `not_checked`.

    Attributes:
        not_checked: what could not be checked -> the full reason.
        seconds: time spent in guarded parts.
    """

    def __init__(self) -> None:
        self.not_checked: dict[str, str] = {}
        self.seconds = 0.0
        self._depth = 0

    @contextmanager
    def part(self, subject: str) -> Iterator[None]:
        """Run a part of the doctor; an error in it is noted under `subject`, and what follows the `with` block goes on."""
        began = time.perf_counter()
        self._depth += 1
        try:
            with np.errstate(all="ignore"):  # a warning about numbers that are not finite would be the doctor's, not the script's
                yield
        except Exception as error:
            self.not_checked.setdefault(subject, reason(error))
        finally:
            self._depth -= 1
            if not self._depth:  # a part inside another is counted with the outer one
                self.seconds += time.perf_counter() - began


def reason(error: BaseException) -> str:
    """An error in one line; of a message that lists whole tensors, the beginning.

    Example:
        >>> reason(ValueError("Expected one row.\\nReceived none."))
        'ValueError: Expected one row. Received none.'
    """
    text = " ".join(f"{type(error).__name__}: {error}".split())
    return text if len(text) <= LONGEST else f"{text[:LONGEST]} ..."
