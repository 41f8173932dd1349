"""A script, run in this process as `python SCRIPT ARGS...` runs it."""

import os
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import ModuleType, TracebackType
from typing import Any, NamedTuple

OURS = f"{Path(__file__).parents[1]}{os.sep}"
INTERRUPTED = 130


class Ended(NamedTuple):
    """How a script ended."""

    code: Any  # what `sys.exit` takes
    error: BaseException | None  # what ended it before its end; SystemExit is one


def run_script(script: str, arguments: list[str]) -> Ended:
    """Run a script as the main module until it and its threads have ended; a traceback is printed as Python prints it."""
    sys.argv[:] = [script, *arguments]
    if not sys.flags.safe_path:
        sys.path[0] = os.path.dirname(os.path.realpath(script))
    file = os.path.join(os.getcwd(), script)
    main = sys.modules["__main__"] = ModuleType("__main__")
    vars(main).update(
        __file__=file, __cached__=None, __annotations__={}, __builtins__=sys.modules["builtins"], __loader__=SourceFileLoader("__main__", file)
    )
    ended = _execute(file, vars(main))
    if ended.error and not isinstance(ended.error, SystemExit):
        _print_traceback(ended.error)
    _wait_for_threads()
    return ended


def _execute(file: str, names: dict[str, Any]) -> Ended:
    try:
        with open(file, "rb") as opened:
            source = opened.read()
        exec(compile(source, file, "exec", dont_inherit=True), names)
    except SystemExit as error:
        return Ended(error.code, error)
    except BaseException as error:
        return Ended(INTERRUPTED if isinstance(error, KeyboardInterrupt) else 1, error)
    return Ended(0, None)


def _print_traceback(error: BaseException) -> None:
    """As Python does at its end, by the script's own `sys.excepthook` if it has one."""
    with suppress(Exception):
        sys.stdout.flush()
    _hide_own_frames(error)
    try:
        sys.excepthook(type(error), error, error.__traceback__)
    except Exception as failure:
        _hide_own_frames(failure)
        print("Error in sys.excepthook:", file=sys.stderr)
        sys.__excepthook__(type(failure), failure, failure.__traceback__)
        print("\nOriginal exception was:", file=sys.stderr)
        sys.__excepthook__(type(error), error, error.__traceback__)


def _hide_own_frames(error: BaseException) -> None:
    """Leave out of the tracebacks of an error, and of those that led to it, the frames of this package that the script never called."""
    waiting, seen = [error], set[int]()
    while waiting:
        each = waiting.pop()
        if id(each) not in seen:
            seen.add(id(each))
            each.__traceback__ = _without_own_frames(each.__traceback__)
            waiting += [linked for linked in (each.__cause__, each.__context__) if linked]


def _without_own_frames(traceback: TracebackType | None) -> TracebackType | None:
    frames = list(_frames(traceback))
    while frames and _is_own(frames[0]):
        frames.pop(0)
    if frames and not _is_own(frames[-1]):  # else the error is the package's own
        frames = [frame for frame in frames if not _is_own(frame)]
    linked = None
    for frame in reversed(frames):
        linked = TracebackType(linked, frame.tb_frame, frame.tb_lasti, frame.tb_lineno)
    return linked


def _frames(traceback: TracebackType | None) -> Iterator[TracebackType]:
    while traceback:
        yield traceback
        traceback = traceback.tb_next


def _is_own(frame: TracebackType) -> bool:
    return frame.tb_frame.f_code.co_filename.startswith(OURS)


def _wait_for_threads() -> None:
    """Python ends when the last thread has ended that is not a daemon; before it waits, it tells those of open executors that no work will come."""
    with suppress(KeyboardInterrupt):
        for name in ("concurrent.futures.thread", "concurrent.futures.process"):
            if name in sys.modules:
                sys.modules[name]._python_exit()
        for thread in threading.enumerate():
            if thread is not threading.current_thread() and not thread.daemon:
                thread.join()
