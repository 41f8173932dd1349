"""PNG files: the same pixels back, and whatever else is there refused before it is decoded."""

import io
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from pipeline.files.errors import DataError
from pipeline.pictures.png import open_picture, read_png, write_png

GREYS = np.arange(200, dtype=np.uint8).reshape(10, 20)


def png(image: Image.Image, kind: str = "PNG") -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind)
    return buffer.getvalue()


def sized(content: bytes, width: int, height: int) -> bytes:
    """The picture with another size in its header, and the right checksum of that."""
    header = b"IHDR" + struct.pack(">II", width, height) + content[24:29]
    return content[:12] + header + struct.pack(">I", zlib.crc32(header)) + content[33:]


WHOLE = png(Image.fromarray(GREYS))


def test_a_picture_is_read_as_it_was_written(tmp_path: Path) -> None:
    write_png(tmp_path / "a.png", GREYS)
    assert (read_png(tmp_path / "a.png") == GREYS).all()
    Image.new("RGB", (3, 2), (1, 2, 3)).save(tmp_path / "b.png")
    assert open_picture(tmp_path / "b.png").getpixel((2, 1)) == (1, 2, 3)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "it does not begin and end as a PNG file"),
        (png(Image.fromarray(GREYS), "GIF"), "it does not begin and end as a PNG file"),
        (WHOLE[:60] + WHOLE[-12:], "checksum"),
        (WHOLE + b"\0", "it does not begin and end as a PNG file"),
        (WHOLE[:50] + bytes([WHOLE[50] ^ 1]) + WHOLE[51:], "the checksum at byte"),
        (sized(WHOLE, 60_000, 60_000), "it has 60000x60000 pixels"),
        (sized(WHOLE, 0, 10), "it has 0x10 pixels"),
        (WHOLE[:33] + sized(WHOLE, 60_000, 60_000)[8:33] + WHOLE[33:], "it has a second header at byte 33"),
        (png(Image.new("RGB", (2, 2))), "expected a picture in 256 greys, received one of the kind RGB"),
        (png(Image.new("1", (2, 2))), "expected a picture in 256 greys, received one of the kind 1"),
    ],
)
def test_another_file_is_refused_by_name(tmp_path: Path, content: bytes, reason: str) -> None:
    (tmp_path / "a.png").write_bytes(content)
    with pytest.raises(DataError) as raised:
        read_png(tmp_path / "a.png")
    assert reason in str(raised.value)
    assert "\n" not in str(raised.value)
