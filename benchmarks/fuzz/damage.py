"""What Hypothesis does to a valid file: bits, blocks, sizes and ends, none of which it needs to understand."""

from collections.abc import Callable, Sequence

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

MOST_MUTATIONS = 4
SIZES = (0, 1, 2, 7, 8, 127, 128, 255, 256, 2**15, 2**16 - 1, 2**20, 2**31 - 1, 2**31, 2**32 - 1, 2**40, 2**63 - 1, 2**63, 2**64 - 1)
Mutation = Callable[[DrawFn, bytes], bytes]


def damaged(seeds: Sequence[bytes]) -> SearchStrategy[bytes]:
    """A valid file with up to four mutations; with none it is whole, and the reader must accept it.

    >>> from hypothesis import find
    >>> find(damaged([b"abcd"]), lambda content: len(content) < 4)
    b''
    """

    def spliced(draw: DrawFn, content: bytes) -> bytes:
        other = draw(st.sampled_from(seeds))
        return content[: _place(draw, content)] + other[_place(draw, other) :]

    mutations: tuple[Mutation, ...] = (_bit, _byte, _size, _size, _text, _cut, _hole, _double, _filled, _more, spliced)

    @st.composite
    def strategy(draw: DrawFn) -> bytes:
        content = draw(st.sampled_from(seeds))
        for mutation in draw(st.lists(st.sampled_from(mutations), max_size=MOST_MUTATIONS)):
            content = mutation(draw, content)
        return content

    return strategy()


def _place(draw: DrawFn, content: bytes) -> int:
    """Anywhere, or near one of the ends, where headers and tables of contents are."""
    last = len(content)
    near = min(last, 64)
    return draw(st.one_of(st.integers(0, last), st.integers(0, near), st.integers(last - near, last)))


def _put(content: bytes, place: int, new: bytes) -> bytes:
    """Overwrite bytes; the file keeps its length."""
    return (content[:place] + new + content[place + len(new) :])[: len(content)]


def _bit(draw: DrawFn, content: bytes) -> bytes:
    place = _place(draw, content)
    return _put(content, place, bytes(value ^ 1 << draw(st.integers(0, 7)) for value in content[place : place + 1]))


def _byte(draw: DrawFn, content: bytes) -> bytes:
    return _put(content, _place(draw, content), draw(st.binary(min_size=1, max_size=1)))


def _size(draw: DrawFn, content: bytes) -> bytes:
    """A whole number as headers hold it."""
    width = draw(st.sampled_from([2, 4, 8]))
    value = draw(st.sampled_from(SIZES)) % 256**width
    return _put(content, _place(draw, content), value.to_bytes(width, draw(st.sampled_from(["big", "little"]))))


def _text(draw: DrawFn, content: bytes) -> bytes:
    """A whole number as text holds it, in the place of some bytes."""
    place = _place(draw, content)
    return content[:place] + str(draw(st.sampled_from([*SIZES, -1]))).encode() + content[place + draw(st.integers(0, 8)) :]


def _cut(draw: DrawFn, content: bytes) -> bytes:
    return content[: _place(draw, content)]


def _hole(draw: DrawFn, content: bytes) -> bytes:
    place = _place(draw, content)
    return content[:place] + content[place + draw(st.integers(1, 64)) :]


def _double(draw: DrawFn, content: bytes) -> bytes:
    place, length = _place(draw, content), draw(st.integers(1, 256))
    return content[:place] + content[place : place + length] * 2 + content[place + length :]


def _filled(draw: DrawFn, content: bytes) -> bytes:
    return _put(content, _place(draw, content), draw(st.sampled_from([b"\0", b"\xff", b" ", b"[", b"9"])) * draw(st.integers(1, 64)))


def _more(draw: DrawFn, content: bytes) -> bytes:
    place = _place(draw, content)
    return content[:place] + draw(st.binary(min_size=1, max_size=16)) + content[place:]
