"""How the report writes numbers: on the page and in the Markdown table alike."""

import math


def number(value: float | None, places: int | None = None) -> str:
    """A number to read: a dash for none, no decimals for a count, otherwise `places` decimals or as many as show four figures.

    >>> number(None), number(9), number(0.97664), number(4911.668)
    ('—', '9', '0.9766', '4\\u202f912')
    """
    if value is None:
        return "—"
    if isinstance(value, int):
        return grouped(value)
    places = decimals(value) if places is None else places
    return grouped(value) if places == 0 else f"{value:.{places}f}"


def with_spread(value: float, spread: float | None) -> str:
    """A value ± its spread, which has as many decimals as the value.

    >>> with_spread(2.69588, 1.22901), with_spread(2.69588, None)
    ('2.696\\xa0±\\xa01.229', '2.696')
    """
    return number(value) if spread is None else f"{number(value)}\u00a0±\u00a0{number(float(spread), decimals(value))}"


def times(ratio: float) -> str:
    """How many times, in three figures.

    >>> times(1.0612), times(199.971), times(1890.6)
    ('1.06', '200', '1\\u202f890')
    """
    rounded = float(f"{ratio:.3g}")
    return number(rounded, max(0, decimals(rounded) - 1))


def counted(count: int, noun: str) -> str:
    """A number of things.

    >>> counted(1, "seed"), counted(3, "seed")
    ('1 seed', '3 seeds')
    """
    return f"{grouped(count)} {noun}" if count == 1 else f"{grouped(count)} {noun}s"


def grouped(value: float) -> str:
    """A whole number; narrow spaces at which no line breaks separate its thousands."""
    return f"{value:,.0f}".replace(",", "\u202f")


def decimals(value: float) -> int:
    """As many as show four figures of `value`, four at most."""
    return min(4, max(0, 3 - math.floor(math.log10(abs(float(f"{value:.4g}")))))) if value else 4
