"""What holds before a command's `one_line_errors` begins, and after it has ended: one line at a signal, and at an error of the system."""

import os
import sys
from types import TracebackType

from pipeline.files import signals
from pipeline.terminal.streams import fill_closed_descriptors


def guard_imports() -> None:
    """Call it before the imports that take seconds; it does nothing unless a module of the package runs as a command.

    `python -m` has "-m" in the place of the command's name while it looks for the module, and imports the packages around it.
    """
    if sys.argv[:1] != ["-m"] or signals.STATE.stderr != 2:
        return
    signals.install()  # before anything else is imported
    from pipeline.files.parents import watch_parents

    fill_closed_descriptors()
    signals.STATE.stderr = os.dup(2)
    sys.excepthook = _excepthook
    watch_parents()


def _excepthook(kind: type[BaseException], error: BaseException, traceback: TracebackType | None) -> None:
    from pipeline.files.errors import line_and_status

    ended = line_and_status(error)
    if ended is None:
        sys.__excepthook__(kind, error, traceback)
        return
    line, status = ended
    if not signals.STATE.said:
        signals.STATE.said = True
        os.write(signals.STATE.stderr, f"{line}\n".encode(errors="replace"))
    os._exit(status)
