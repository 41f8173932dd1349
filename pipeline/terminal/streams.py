"""Standard streams that end no stage: they spell what the terminal cannot show, and drop what nobody reads any more.

Under an ASCII locale Python raises an error at the first "é" that is printed; in `dvc repro | head` it raises one at the first line after `head` has
ended. What is printed is never a result, and it costs no result here.
"""

import codecs
import io
import os
import sys
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TextIO

SPELLINGS = {"\N{EM DASH}": "-", "\N{PLUS-MINUS SIGN}": "+-", "\N{GREEK SMALL LETTER BETA}": "beta"}


def spell(error: UnicodeError) -> tuple[str, int]:
    """Spell in ASCII what an encoding lacks; an error handler for `codecs`, registered as `spelled`.

    >>> "Fréchet 2 ± 1, β1 — 数".encode("ascii", "spelled")
    b'Frechet 2 +- 1, beta1 - ?'
    """
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return "".join(map(_ascii, error.object[error.start : error.end])), error.end


def _ascii(character: str) -> str:
    return SPELLINGS.get(character) or unicodedata.normalize("NFKD", character).encode("ascii", "ignore").decode() or "?"


codecs.register_error("spelled", spell)


class _Descriptor(io.FileIO):
    """A standard stream's file descriptor: what cannot be written is dropped."""

    def write(self, data: Any) -> int:
        try:
            return super().write(data)
        except OSError:  # the reader has gone, the terminal was closed, the disk of the log is full
            return len(data)


def fill_closed_descriptors() -> None:
    """Open on nothing what was closed before the process began: a file that is opened later must not take its number, and be written to."""
    for number in (1, 2):
        try:
            os.fstat(number)
        except OSError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), number)


@contextmanager
def lenient_streams() -> Iterator[None]:
    """Let standard output and standard error accept anything while the block lasts; each line goes out at once, also into a file."""
    fill_closed_descriptors()
    kept = sys.stdout, sys.stderr
    sys.stdout, sys.stderr = _lenient(sys.stdout, sys.__stdout__), _lenient(sys.stderr, sys.__stderr__)
    try:
        yield
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        sys.stdout, sys.stderr = kept


def _lenient(stream: TextIO | None, original: TextIO | None) -> TextIO:
    if stream is None:  # it was closed before the process began
        return open(os.devnull, "w", encoding="utf-8")
    if stream is not original:  # it was replaced, by a test or a notebook
        return stream
    return io.TextIOWrapper(io.BufferedWriter(_Descriptor(stream.fileno(), "w", closefd=False)), stream.encoding, "spelled", line_buffering=True)
