"""Values and texts of others in error messages: one short line, whatever they are.

A text may hold line ends, escape sequences of a terminal or a million characters, a number may have more digits than Python turns into text,
and a list may hold itself or another list a million times.
"""

from collections.abc import Iterable, Mapping
from typing import Any

LONGEST = 80  # characters
DEEPEST, MOST = 3, 4  # levels, and entries of each, that are shown


def shown(value: Any) -> str:
    """A value as it would stand in Python, in at most 80 characters that can all be printed.

    >>> shown("two\\nlines"), shown([1, [2.5, None]]), shown({"a": "x" * 100})[-12:]
    ("'two\\\\nlines'", '[1, [2.5, None]]', 'xxxxxxxxx...')
    """
    return _shortened(_written(value, DEEPEST))


def plain(text: str, longest: int = LONGEST) -> str:
    """A text without quotes, in at most 80 characters, or as many as named, that can all be printed.

    >>> plain("a b"), plain("\\x1b[31mred")
    ('a b', '\\\\x1b[31mred')
    """
    return _shortened(one_line(text[: longest + 1]), longest)


def one_line(text: str) -> str:
    """A text of any length on one line: what cannot be printed is written as Python would, and runs of spaces and line ends are one space."""
    words = " ".join(text.split())
    return "".join(character if character.isprintable() else repr(character)[1:-1] for character in words)


def _shortened(text: str, longest: int = LONGEST) -> str:
    return text if len(text) <= longest else f"{text[: longest - 3]}..."


def _written(value: Any, levels: int) -> str:
    match value:
        case str() | bytes():
            return repr(value[: LONGEST + 1])
        case bool() | None | float():
            return repr(value)
        case int():
            return repr(value) if value.bit_length() < 4 * LONGEST else "a number of very many digits"
        case Mapping() | list() | tuple() if not levels:
            return "..."
        case Mapping():
            return f"{{{_listed((f'{_written(key, 0)}: {_written(entry, levels - 1)}' for key, entry in value.items()), len(value))}}}"
        case list() | tuple():
            return f"[{_listed((_written(entry, levels - 1) for entry in value), len(value))}]"
        case _:
            return type(value).__name__


def _listed(entries: Iterable[str], count: int) -> str:
    first = [entry for entry, _ in zip(entries, range(MOST), strict=False)]
    return ", ".join(first + ["..."] * (count > MOST))
