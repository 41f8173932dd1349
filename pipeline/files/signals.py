"""SIGINT, SIGTERM and SIGHUP: a command ends with one line and the status 128 + n, whenever they come.

While libraries are imported, and after the work, nothing is half-written: the process ends where it is, since an exception that is raised inside
the import of a C extension can get lost. While a command works, the first signal raises an exception, so that half-written output is removed, and
those that follow are ignored while that lasts. What must not be cut in two defers the exception (`deferred`).
"""

import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import FrameType
from typing import Any, NamedTuple, NoReturn

from pipeline.terminal import streams

REASONS = {"SIGINT": "interrupted", "SIGTERM": "terminated", "SIGHUP": "hung up"}
NUMBERS = {getattr(signal, name): reason for name, reason in REASONS.items() if hasattr(signal, name)}  # Windows has no SIGHUP
PARENT_ENDED = "its parent process ended"
SAME_REQUEST = 0.5  # seconds: a terminal that closes sends SIGHUP twice, and one who ends a group ends the parent too
PATIENCE = 10.0  # seconds that removing half-written output may take, until another signal ends the process all the same


class Asked(NamedTuple):
    """A request to stop."""

    number: int
    reason: str
    time: float

    @property
    def exit_status(self) -> int:
        """The status by which a shell knows the signal."""
        return 128 + self.number

    @property
    def line(self) -> str:
        """What the user reads."""
        return f"error: {self.reason}; no half-written output was kept, run the same command again"


class _State:
    """What the handler knows; a process has one."""

    def __init__(self) -> None:
        self.stderr = 2  # a descriptor: TensorFlow's import hides number 2 for a while
        self.working = False  # an exception that is raised now is caught by `raised_signals`
        self.deferrals = 0
        self.asked: Asked | None = None
        self.raised: BaseException | None = None
        self.said = False  # the one line was printed
        self.parent_ended = False


STATE = _State()


def handle(number: int, frame: FrameType | None) -> None:
    """End the process, or raise what ends it, or note the signal; by the rules above."""
    now = time.monotonic()
    reason = PARENT_ENDED if STATE.parent_ended else NUMBERS[signal.Signals(number)]
    asked = STATE.asked = STATE.asked or Asked(number, reason, now)
    if not STATE.working:
        end_at_once(asked)
    if STATE.raised is not None:
        if now - asked.time > PATIENCE:
            end_at_once(asked)
        return
    if STATE.deferrals and now - asked.time < SAME_REQUEST:
        return
    if frame is not None and frame.f_code.co_filename == streams.__file__:
        _send_again(asked)  # an exception in the midst of a line has it printed twice
        return
    raise_for(asked)


def raise_for(asked: Asked) -> NoReturn:
    """Raise what ends the process as the request asks."""
    STATE.raised = KeyboardInterrupt() if asked.number == signal.SIGINT else SystemExit(asked.exit_status)
    raise STATE.raised


def end_at_once(asked: Asked) -> NoReturn:
    """End the process here, with its line unless that was printed."""
    if not STATE.said:
        STATE.said = True
        with suppress(OSError):  # the terminal may have gone
            os.write(STATE.stderr, f"{asked.line}\n".encode())
    os._exit(asked.exit_status)


def asked_by(error: BaseException | None) -> Asked | None:
    """The request that an exception, or what it was raised in place of, comes from."""
    while error is not None:
        if error is STATE.raised:
            return STATE.asked
        error = error.__cause__ or error.__context__
    return None


def install() -> dict[int, Any]:
    """Handle the signals, less those that the process was started to ignore, as `nohup` does; returns what handled them before."""
    ignored = {number for number in NUMBERS if number != signal.SIGTERM and signal.getsignal(number) is signal.SIG_IGN}
    return {number: signal.signal(number, handle) for number in NUMBERS if number not in ignored}


@contextmanager
def raised_signals() -> Iterator[None]:
    """Raise an exception at a signal while the block lasts: KeyboardInterrupt at SIGINT, SystemExit at the others."""
    before, hook = install(), sys.unraisablehook
    sys.unraisablehook = lambda lost: _lost(STATE.asked) if lost.exc_value is STATE.raised is not None else hook(lost)
    STATE.working = True
    try:
        yield
        STATE.asked = STATE.raised = None  # a server that was interrupted has ended as it should
    finally:
        STATE.working = False
        sys.unraisablehook = hook
        if STATE.asked is None:
            for number, handler in before.items():
                signal.signal(number, handler)


def _lost(asked: Asked | None) -> None:
    """What a signal raised was dropped, as in a destructor: raise it again once that has ended."""
    STATE.raised = None
    if asked:
        _send_again(asked)


def _send_again(asked: Asked) -> None:
    threading.Timer(0.02, os.kill, (os.getpid(), asked.number)).start()


@contextmanager
def deferred() -> Iterator[None]:
    """Only note the first signal while the block lasts; what it asks for comes at the end. Another one, half a second later, ends the block."""
    STATE.deferrals += 1
    try:
        yield
    finally:
        STATE.deferrals -= 1
    if STATE.asked and STATE.working and not STATE.deferrals and STATE.raised is None:
        raise_for(STATE.asked)
