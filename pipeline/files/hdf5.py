"""Where the values of each dataset lie in an HDF5 file of the kind that Keras writes weights into.

The HDF5 library is written for files that one trusts: damaged ones can end the process, follow links into other files or fill the memory. This is the
part of the format that plain groups and arrays need (https://support.hdfgroup.org/documentation/hdf5/latest/_f_m_t3.html: superblock 0, symbol
tables, data in one piece), read within the bounds of the bytes. Whatever else a file holds, such as links, filters, chunks and external data, is
refused, and attributes are passed over.
"""

import math
import struct
from collections.abc import Iterator
from typing import NamedTuple

SIGNATURE = b"\x89HDF\r\n\x1a\n\x00"  # and the superblock's version
MOST_PARTS = 100_000  # groups, datasets and parts of their headers in a file: it bounds the time
LONGEST_PART = 2**16  # bytes, as long as a message of a header can be
DATASPACE, DATATYPE, EXTERNAL, LAYOUT, FILTERS, CONTINUATION, SYMBOL_TABLE = 0x1, 0x3, 0x7, 0x8, 0xB, 0x10, 0x11
CONTIGUOUS = bytes([3, 1])  # version and class of a layout
SOFT_LINK = 2


class Dataset(NamedTuple):
    """An array in the file.

    Attributes:
        shape: Its sizes.
        kind: The type of its values, as HDF5 encodes it.
        offset: Where its values begin, bytes from the beginning of the file.
        size: Of its values, bytes.
    """

    shape: tuple[int, ...]
    kind: bytes
    offset: int
    size: int


def find_datasets(content: bytes) -> dict[str, Dataset]:
    """Find every dataset of a file.

    Args:
        content: The whole file.

    Returns:
        The datasets by their paths, such as "layers/dense/vars/0".

    Raises:
        ValueError: The bytes are no HDF5 file of this kind.
    """
    if not content.startswith(SIGNATURE):
        raise ValueError("it does not begin as an HDF5 file of superblock 0")
    return dict(_Walk(content).datasets(_Walk(content).number(64), ""))


class _Walk:
    """A walk over the groups of a file that visits each at most once."""

    def __init__(self, content: bytes) -> None:
        self.content, self.seen, self.parts = content, set[int](), 0

    def part(self, address: int, length: int, signature: bytes = b"") -> bytes:
        """So many bytes at an address, of which the first are given."""
        self.parts += 1
        if self.parts > MOST_PARTS or length > LONGEST_PART:
            raise ValueError(f"it has more than {MOST_PARTS} parts, or one of {length} bytes")
        found = self.content[address : address + length]
        if len(found) < length or not found.startswith(signature):
            raise ValueError(f"expected {signature[:4].decode() or 'data'} of {length} bytes at {address}, received {len(found)}")
        return found

    def number(self, address: int) -> int:
        return int.from_bytes(self.part(address, 8), "little")

    def datasets(self, address: int, path: str) -> Iterator[tuple[str, Dataset]]:
        """What lies at or below the object whose header is at an address."""
        if address in self.seen or path.count("/") > 50:
            raise ValueError(f"{path[:80]} leads back to a group above it")
        self.seen.add(address)
        messages = dict(self.messages(address))
        if EXTERNAL in messages or FILTERS in messages:
            raise ValueError(f"{path[:80]} is filtered or lies in another file")
        if SYMBOL_TABLE not in messages:
            yield path, _dataset(messages, len(self.content), path)
            return
        tree, heap = struct.unpack_from("<QQ", messages[SYMBOL_TABLE].ljust(16, b"\xff"))
        names = self.number(heap + 24) if self.part(heap, 32, b"HEAP") else 0
        for name, child in self.members(tree, names):
            yield from self.datasets(child, f"{path}/{name}".removeprefix("/"))

    def messages(self, address: int) -> Iterator[tuple[int, bytes]]:
        """The kinds and the content of an object's header."""
        version, _, _, _, length = struct.unpack_from("<BBHII", self.part(address, 16))
        if version != 1:
            raise ValueError(f"expected an object's header at {address}")
        blocks = [(address + 16, length)]
        while blocks:
            start, length = blocks.pop()
            block, place = self.part(start, length), 0
            while place + 8 <= length:
                kind, size = struct.unpack_from("<HH", self.part(start + place, 8))
                data = block[place + 8 : place + 8 + size]
                if kind == CONTINUATION:
                    blocks.append(struct.unpack_from("<QQ", data.ljust(16, b"\xff")))
                yield kind, data
                place += 8 + size

    def members(self, tree: int, names: int) -> Iterator[tuple[str, int]]:
        """The names in a group, and where their headers are."""
        level, used = struct.unpack_from("<BH", self.part(tree, 24, b"TREE\x00"), 5)
        for child in (self.number(tree + 32 + 16 * place) for place in range(used)):
            if level:
                yield from self.members(child, names) if child != tree else ()
                continue
            for place in range(int.from_bytes(self.part(child, 8, b"SNOD")[6:], "little")):
                name, header, cached = struct.unpack_from("<QQI", self.part(child + 8 + 40 * place, 40))
                if cached == SOFT_LINK:
                    raise ValueError("it holds a link")
                text = self.part(names + name, 1) and self.content[names + name : names + name + 256].partition(b"\0")[0]
                yield text.decode("utf-8"), header


def _dataset(messages: dict[int, bytes], length: int, path: str) -> Dataset:
    space, kind, layout = (messages.get(number, b"") for number in (DATASPACE, DATATYPE, LAYOUT))
    if len(space) < 8 or space[0] != 1 or len(kind) < 8 or not layout.startswith(CONTIGUOUS) or len(layout) < 18:
        raise ValueError(f"{path[:80]} is no array in one piece")
    rank, each = space[1], int.from_bytes(kind[4:8], "little")
    if len(space) < 8 + 8 * rank:
        raise ValueError(f"{path[:80]} has no sizes")
    shape = struct.unpack_from(f"<{rank}Q", space, 8)
    offset, size = struct.unpack_from("<QQ", layout, 2)
    if size != math.prod(shape) * each or offset + size > length:
        raise ValueError(f"{path[:80]}: expected {math.prod(shape)} values of {each} bytes within the file")
    return Dataset(shape, kind, offset, size)
