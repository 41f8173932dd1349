"""Stopping a training: a signal, or the end of DVC, is noted until the step is done and a checkpoint is written."""

from contextlib import AbstractContextManager

from pipeline.files.errors import PipelineError
from pipeline.files.signals import STATE, deferred


class Stopped(PipelineError):  # noqa: N818 (to be stopped is no error)
    """A training was stopped by a signal or because its parent process ended; the message says how to continue."""

    def __init__(self, message: str, exit_status: int) -> None:
        super().__init__(message)
        self.exit_status = exit_status  # 128 + the number of the signal; 143 where the parent process ended


def finish_step() -> AbstractContextManager[None]:
    """While the block lasts, the first signal is only noted; ask `stop_asked` in it, and raise `stopped`.

    A block that ends without that ends the process as any signal does. A second signal, half a second later or more, ends it at once.
    Outside `one_line_errors` nothing is handled, and nothing noted.

    >>> with finish_step():
    ...     print(stop_asked())
    None
    """
    return deferred()


def stop_asked() -> str | None:
    """Why a stop was asked for: "interrupted", "terminated", "hung up" or "its parent process ended"; None if it was not."""
    return STATE.asked.reason if STATE.asked else None


def stopped(how_to_continue: str) -> Stopped:
    """The exception to raise once the checkpoint is written.

    Args:
        how_to_continue: What was kept and what to run, for example "step 1290 of 8580 is kept; `dvc repro` continues there".
    """
    asked = STATE.asked
    if asked is None:
        raise ValueError("expected that a stop was asked for, see stop_asked(); received no request")
    STATE.raised = error = Stopped(f"{asked.reason}; {how_to_continue}", asked.exit_status)  # no further signal cuts the clean-up short
    return error
