"""PNG files: `pipeline.pictures.png.open_picture`, and `read_png` where the picture is in greys."""

import io
import zlib
from collections.abc import Callable
from pathlib import Path
from struct import pack
from typing import TYPE_CHECKING

from benchmarks.fuzz.kind import BrokenPromiseError, Kind

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

SIGNATURE = b"\x89PNG\r\n\x1a\n"
SIZES = (0, 1, 2, 8, 255, 8192, 8193, 65536, 2**31 - 1, 2**31, 2**32 - 1)
CHUNKS = (
    b"IDAT",
    b"IEND",
    b"PLTE",
    b"tRNS",
    b"gAMA",
    b"iCCP",
    b"tEXt",
    b"zTXt",
    b"iTXt",
    b"eXIf",
    b"pHYs",
    b"acTL",
    b"fcTL",
    b"fdAT",
    b"sRGB",
    b"cHRM",
    b"JUNK",
    b"jUNK",
)
MODES = ("L", "RGB", "P", "1", "RGBA", "I;16")


def _reader() -> Callable[[Path], object]:
    from pipeline.files.errors import DataError
    from pipeline.pictures.png import open_picture, read_png

    def read(path: Path) -> None:
        picture = open_picture(path)
        if len(picture.tobytes()) < picture.width * picture.height // 8:
            raise BrokenPromiseError("the picture has fewer pixels than its size says")
        try:
            greys = read_png(path)
        except DataError:
            if picture.mode == "L":
                raise
            return
        if greys.shape != (picture.height, picture.width) or greys.dtype.str != "|u1":
            raise BrokenPromiseError("the array is not that of the picture")

    return read


def _seeds() -> list[bytes]:
    from PIL import Image

    found = []
    for mode in MODES:
        file = io.BytesIO()
        Image.new(mode, (5, 3), 1).save(file, "PNG")
        found.append(file.getvalue())
    return found


def _chunk(kind: bytes, data: bytes) -> bytes:
    return pack(">I", len(data)) + kind + data + pack(">I", zlib.crc32(kind + data))


def _sealed(content: bytes) -> bytes:
    """The file with the checksum of each of its chunks made right, as far as their lengths can be followed."""
    fixed, place = bytearray(content), len(SIGNATURE)
    while place + 12 <= len(content):
        end = place + 8 + int.from_bytes(content[place : place + 4], "big")
        if end + 4 > len(content):
            break
        fixed[end : end + 4] = pack(">I", zlib.crc32(content[place + 4 : end]))
        place = end + 4
    return bytes(fixed)


def _scratch() -> "SearchStrategy[bytes]":
    """Files of chunks with right checksums: sizes, depths and kinds of colour that fit or do not, and data that is compressed or only seems so."""
    from hypothesis import strategies as st

    sizes = st.sampled_from(SIZES)
    bytes_of = st.sampled_from([0, 0, 1, 2, 3, 4, 6, 8, 16, 255])
    header = st.builds(lambda *parts: _chunk(b"IHDR", pack(">IIBBBBB", *parts)), sizes, sizes, bytes_of, bytes_of, bytes_of, bytes_of, bytes_of)
    small = st.builds(lambda *parts: _chunk(b"IHDR", pack(">IIBBBBB", 5, 3, *parts)), bytes_of, bytes_of, st.just(0), st.just(0), st.integers(0, 1))
    raw = st.one_of(st.binary(max_size=40), st.sampled_from([bytes(18), bytes(48), bytes(10**6), b"\4" * 48]))
    packed = raw.map(lambda data: zlib.compress(data, 9))
    keyed = st.builds(lambda key, data: key + data, st.sampled_from([b"key\0\0", b"key\0\0\0\0\0", b"key\0\1", b"k" * 90, b"\0\0"]), packed)
    data = st.one_of(raw, packed, packed, keyed, st.just(pack(">IIIIIHHBB", 0, 5, 3, 0, 0, 1, 10, 0, 0)), st.just(pack(">II", 2**32 - 1, 0)))
    chunks = st.lists(st.builds(_chunk, st.sampled_from(CHUNKS), data), max_size=5).map(b"".join)
    rest = st.builds(
        bytes.__add__, chunks, st.sampled_from([b"", _chunk(b"IEND", b""), _chunk(b"IDAT", zlib.compress(bytes(48))) + _chunk(b"IEND", b"")])
    )
    return st.builds(lambda first, rest: SIGNATURE + first + rest, st.one_of(header, small, small), rest)


KIND = Kind("figure.png", ("pipeline.pictures.png", "pipeline.files.reading", "PIL.PngImagePlugin"), _reader, _seeds, _scratch, _sealed)
