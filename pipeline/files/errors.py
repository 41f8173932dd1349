"""One-line errors: what was expected, what came, where, and what to do."""

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


class PipelineError(Exception):
    """A problem that its reader can mend; the message is one line and says how."""

    exit_status = 1


class SettingsError(PipelineError):
    """params.yaml asks for something that cannot be."""


class DataError(PipelineError):
    """A file does not hold what it should."""


class DownloadError(PipelineError):
    """No mirror serves the data set; the status is `EX_UNAVAILABLE` of sysexits.h, so that callers can tell this case."""

    exit_status = 69


@contextmanager
def one_line_errors() -> Iterator[None]:
    """End the process with one line instead of a traceback where the reader can mend the cause.

    SIGTERM unwinds like Ctrl-C, so that half-written output is removed on the way out.
    """

    def unwind(signal_number: int, _: FrameType | None) -> None:
        print("error: terminated; nothing half-written was kept, run the same command again", file=sys.stderr)
        raise SystemExit(128 + signal_number)

    signal.signal(signal.SIGTERM, unwind)
    try:
        yield
    except PipelineError as error:
        print(f"error: {error}", file=sys.stderr)
        raise SystemExit(error.exit_status) from None
    except KeyboardInterrupt:
        print("error: interrupted; nothing half-written was kept, run the same command again", file=sys.stderr)
        raise SystemExit(128 + signal.SIGINT) from None
