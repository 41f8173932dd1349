"""What is needed to try a reader; each module of `benchmarks.fuzz.kinds` has one."""

import importlib
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from pipeline.files.errors import DataError, nearest_known

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

KINDS = ("idx", "json_file", "arrays", "weights", "png", "params", "lock_file")


class BrokenPromiseError(Exception):
    """A reader accepted a file and returned what it does not promise."""


class Kind(NamedTuple):
    """A reader of files, and where inputs for it come from.

    Attributes:
        file: The name that the file has.
        instrumented: Modules and packages whose branches atheris counts: the reader, and what it reads with if that is Python.
        reader: Imports the reader. What it returns reads a file, raises `BrokenPromiseError` if the reader accepts what it should not,
            and else whatever the reader raises.
        seeds: Makes small files that the reader accepts.
        scratch: Makes the strategy of Hypothesis for files that are built field by field, most of them wrong somewhere.
        sealed: Makes a file around an input, with checksums that are right, so that damage gets past them.
    """

    file: str
    instrumented: tuple[str, ...]
    reader: Callable[[], Callable[[Path], object]]
    seeds: Callable[[], list[bytes]]
    scratch: "Callable[[], SearchStrategy[bytes]]"
    sealed: Callable[[bytes], bytes] | None = None


def find_kind(name: str) -> Kind:
    """The kind of a name; its reader is not imported yet, so that atheris can count its branches.

    Raises:
        DataError: No kind has this name.
    """
    if name not in KINDS:
        raise DataError(f"expected a reader ({', '.join(KINDS)}), received {name!r}{nearest_known(name, KINDS)}")
    kind: Kind = importlib.import_module(f"benchmarks.fuzz.kinds.{name}").KIND
    return kind
