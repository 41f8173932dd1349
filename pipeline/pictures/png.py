"""PNG files: the same array gives the same bytes, and reading checks the size before it decodes."""

import io
import struct
import warnings
import zlib
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from pipeline.files.artifacts import staged_file
from pipeline.files.errors import DataError
from pipeline.files.reading import MAKE_AGAIN, read_bounded

MOST_BYTES = 64 * 2**20
MOST_PIXELS = 2**24
SIGNATURE = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"
END = b"\x00\x00\x00\x00IEND\xaeB\x60\x82"
UNREADABLE = (OSError, ValueError, SyntaxError, EOFError, IndexError, KeyError, OverflowError, MemoryError, struct.error, zlib.error, Warning)


def write_png(path: Path, image: NDArray[np.uint8]) -> None:
    """Write a picture (height, width) in greys or (height, width, 3) in colours, all of it or nothing."""
    with staged_file(path) as partial:
        Image.fromarray(image).save(partial, optimize=True)


def read_png(path: Path) -> NDArray[np.uint8]:
    """Read a picture in greys that `write_png` wrote.

    Returns:
        Its pixels, (height, width).

    Raises:
        DataError: As `open_picture`, or the picture is not in 256 greys.
    """
    picture = open_picture(path)
    if picture.mode != "L":
        raise DataError(f"{path}: expected a picture in 256 greys, received one of the kind {picture.mode}; {MAKE_AGAIN}")
    return np.asarray(picture)


def open_picture(path: Path) -> Image.Image:
    """Read a PNG file of any colours.

    Args:
        path: The file, at most 64 MB and 16 million pixels.

    Returns:
        The decoded picture.

    Raises:
        DataError: The file is missing, too large, damaged or no PNG.
    """
    content = read_bounded(path, "a PNG file", MOST_BYTES)
    try:
        _check_chunks(content)
        width, height = struct.unpack_from(">II", content, len(SIGNATURE))
        if not 0 < width * height <= MOST_PIXELS:
            raise ValueError(f"it has {width}x{height} pixels")
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            picture = Image.open(io.BytesIO(content), formats=["PNG"])
            picture.load()
    except UNREADABLE as error:
        raise DataError(f"{path}: expected a PNG file, received something else ({' '.join(str(error).split())[:200]}); {MAKE_AGAIN}") from None
    return picture


def _check_chunks(content: bytes) -> None:
    """Compare each chunk with its checksum, without which Pillow decodes pixels; a second header would give the picture another size."""
    if not content.startswith(SIGNATURE) or not content.endswith(END):
        raise ValueError("it does not begin and end as a PNG file")
    place = len(SIGNATURE) - 8
    while place < len(content):
        (length,) = struct.unpack_from(">I", content, place)
        last = place + 8 + length
        if last + 4 > len(content) or zlib.crc32(content[place + 4 : last]) != int.from_bytes(content[last : last + 4], "big"):
            raise ValueError(f"the checksum at byte {last} is not that of the bytes before it")
        if place > len(SIGNATURE) and content[place + 4 : place + 8] == SIGNATURE[-4:]:
            raise ValueError(f"it has a second header at byte {place}")
        place = last + 4
