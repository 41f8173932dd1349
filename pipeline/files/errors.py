"""One-line errors: what was expected, what came, where, and what to do."""

import difflib
import signal
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from pipeline.files import signals
from pipeline.files.faults import describe_fault, is_from_hdf5
from pipeline.files.shown import LONGEST
from pipeline.terminal.streams import lenient_streams


class PipelineError(Exception):
    """A problem that the user can fix; the message is one line and says how."""

    exit_status = 1


class SettingsError(PipelineError):
    """params.yaml has a wrong key or value."""


class DataError(PipelineError):
    """A file is missing or its content is not what it should be."""


class DownloadError(PipelineError):
    """No mirror serves the data set; the status is `EX_UNAVAILABLE` of sysexits.h, so that callers can recognise this case."""

    exit_status = 69


def nearest_known(name: str, known: Iterable[str]) -> str:
    """End an error message about an unknown name with the known name most like it.

    >>> nearest_known("fashon_mnist", ["mnist", "fashion_mnist"])
    '; the nearest known is fashion_mnist'
    >>> nearest_known("mnist", [])
    ''
    """
    matches = difflib.get_close_matches(name[:LONGEST], list(known), n=1, cutoff=0)  # the time grows with the square of the length
    return f"; the nearest known is {matches[0]}" if matches else ""


@contextmanager
def one_line_errors() -> Iterator[None]:
    """End the process with one line instead of a traceback if the user can fix the cause, or if a signal ends it.

    A signal raises an exception (see signals.py), so that half-written output is removed before the process ends. Nothing that is printed ends it:
    see `lenient_streams`. An error of the program keeps its traceback.

    Raises:
        SystemExit: With the status of the `PipelineError`, 1 at an error of the system, or 128 + the number of the signal.
    """
    with lenient_streams(), signals.raised_signals(), _without_hdf5():
        try:
            yield
        except BaseException as error:
            ended = line_and_status(error)
            if ended is None:
                raise
            line, status = ended
            signals.STATE.said = True
            print(line, file=sys.stderr)
            raise SystemExit(status) from None


@contextmanager
def _without_hdf5() -> Iterator[None]:
    """Print nothing of what HDF5 raises in destructors where the disk is full; the same comes as an error of the file."""
    of_thread, of_destructor = sys.excepthook, sys.unraisablehook  # Cython reports to both
    sys.excepthook = lambda kind, error, traceback: None if is_from_hdf5(error) else of_thread(kind, error, traceback)
    sys.unraisablehook = lambda lost: None if is_from_hdf5(lost.exc_value) else of_destructor(lost)
    try:
        yield
    finally:
        sys.excepthook, sys.unraisablehook = of_thread, of_destructor


def line_and_status(error: BaseException) -> tuple[str, int] | None:
    """The line that says what ended a command, and its exit status; None if the error is to keep its traceback, or has a status of its own."""
    if isinstance(error, PipelineError):
        return "error: " + " ".join(str(error).splitlines()), error.exit_status
    if asked := signals.asked_by(error):
        return asked.line, asked.exit_status
    if isinstance(error, KeyboardInterrupt):
        asked = signals.Asked(signal.SIGINT, "interrupted", 0)
        return asked.line, asked.exit_status
    fault = describe_fault(error)
    return None if fault is None else (f"error: {fault}", 1)
