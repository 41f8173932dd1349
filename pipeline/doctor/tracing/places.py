"""Which line of the user's own code is being run."""

import os
import sys
import sysconfig
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

import keras
import tensorflow as tf
from tensorflow.python.util import tf_stack  # the only reader of stacks that knows which line autograph made a line from

OURS = Path(__file__).parents[1]
START = Path.cwd()  # a script may change the folder later
NOT_THE_USERS = (
    f"{OURS}{os.sep}",
    *(f"{Path(module.__file__ or '').parent}{os.sep}" for module in (keras, tf)),
    *(f"{sysconfig.get_path(name)}{os.sep}" for name in ("stdlib", "platstdlib", "purelib", "platlib")),
    "<frozen ",
)


class Place(NamedTuple):
    """A line of a file."""

    file: str
    line: int

    def __str__(self) -> str:
        """As editors take it: the path from the current folder if it lies below, or else as it is, and the line; of a notebook's cell its number."""
        path = Path(self.file)
        known = path.relative_to(START) if path.is_absolute() and path.is_relative_to(START) else path
        return f"{_cell(self.file) or known}:{self.line}"


def user_place() -> Place | None:
    """The innermost line of the user's code that is being run, or None if no line of it is."""
    return _innermost((frame.filename, frame.lineno) for frame in reversed(tf_stack.extract_stack()))


def caller_place() -> Place | None:
    """The same, much faster, for code that autograph did not make."""
    frame = sys._getframe(1)
    while frame is not None:
        if _is_users(frame.f_code.co_filename):
            return Place(frame.f_code.co_filename, frame.f_lineno)
        frame = frame.f_back  # type: ignore[assignment]
    return None


def operation_place(operation: tf.Operation) -> Place | None:
    """The innermost line of the user's code that made an operation of a graph."""
    return _innermost((frame.filename, frame.lineno) for frame in reversed(operation.traceback or ()))


def _cell(file: str) -> str | None:
    """What a notebook calls the cell whose code it keeps under this name, for example `In[3]`."""
    notebook = sys.modules.get("IPython")
    shell = notebook.get_ipython() if notebook else None
    named = shell.compile.format_code_name(file) if shell else None
    return named[1] if named else None


def _innermost(frames: Iterable[tuple[str, int]]) -> Place | None:
    return next((Place(file, line) for file, line in frames if _is_users(file)), None)


def _is_users(file: str) -> bool:
    return not file.startswith(NOT_THE_USERS) and "__autograph_generated_file" not in file
