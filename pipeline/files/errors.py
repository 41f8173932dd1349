"""One-line errors: what was expected, what came, where, and what to do."""

import difflib
import signal
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from types import FrameType

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
    matches = difflib.get_close_matches(name, list(known), n=1, cutoff=0)
    return f"; the nearest known is {matches[0]}" if matches else ""


@contextmanager
def one_line_errors() -> Iterator[None]:
    """End the process with one line instead of a traceback if the user can fix the cause.

    SIGTERM raises an exception as Ctrl-C does, so that half-written output is removed before the process ends. Nothing that is printed
    ends it: see `lenient_streams`.

    Raises:
        SystemExit: With the status of the `PipelineError`, or 128 + the number of the signal.
    """

    def end(signal_number: int, _: FrameType | None) -> None:
        print("error: terminated; no half-written output was kept, run the same command again", file=sys.stderr)
        raise SystemExit(128 + signal_number)

    signal.signal(signal.SIGTERM, end)
    with lenient_streams():
        try:
            yield
        except PipelineError as error:
            print(f"error: {error}", file=sys.stderr)
            raise SystemExit(error.exit_status) from None
        except KeyboardInterrupt:
            print("error: interrupted; no half-written output was kept, run the same command again", file=sys.stderr)
            raise SystemExit(128 + signal.SIGINT) from None
