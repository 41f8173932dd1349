"""Reading NumPy's .npy and .npz files: names, types and shapes are checked before anything is allocated, and nothing is evaluated or unpickled.

The header of an array is text, which NumPy evaluates as Python. Here it must be, character by character, what NumPy writes for an array of the
expected type and number of dimensions. Entries of an .npz are stored as they are, as `np.savez` does, so no file grows by being read.
"""

import math
import re
import struct
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import numpy as np
from numpy.typing import NDArray

from pipeline.files.errors import DataError
from pipeline.files.reading import MAKE_AGAIN, check_size
from pipeline.files.shown import plain

MOST_BYTES = 4 * 2**30
MAGIC = b"\x93NUMPY\x01\x00"
LONGEST_HEADER = 1024
SHAPE = rb"(?:[0-9]{1,12}, ){0,7}(?:[0-9]{1,12},?)?"  # each comma can be matched in one way only, or long headers would take hours
HEADER = re.compile(rb"\{'descr': '([<>|][a-zA-Z][0-9]{1,4})', 'fortran_order': False, 'shape': \((" + SHAPE + rb")\), \} *\n")
UNREADABLE = (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, RuntimeError, EOFError, OverflowError, TypeError, struct.error)


class Expected(NamedTuple):
    """What an array must be.

    Attributes:
        dtype: Of NumPy, such as "|u1" or "<f4"; "<U" is text of any length.
        shape: The sizes; None is any size.
        or_shape: Other sizes that it may have instead.
    """

    dtype: str
    shape: tuple[int | None, ...]
    or_shape: tuple[int | None, ...] | None = None


class _Header(NamedTuple):
    dtype: np.dtype[Any]
    shape: tuple[int, ...]
    length: int  # of the header, bytes

    @property
    def size(self) -> int:
        """Of the array, bytes."""
        return math.prod(self.shape) * self.dtype.itemsize


def read_arrays(path: Path, expected: Mapping[str, Expected]) -> dict[str, NDArray[Any]]:
    """Read an .npz file.

    Args:
        path: The file.
        expected: The arrays that it must hold, and no others.

    Returns:
        The arrays by name.

    Raises:
        DataError: The file is missing, damaged, or holds other arrays.

    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "split.npz"
    >>> np.savez(path, labels=np.array([5, 0, 4], np.uint8))
    >>> read_arrays(path, {"labels": Expected("|u1", (None,))})["labels"].tolist()
    [5, 0, 4]
    """
    what = f"an .npz file of {', '.join(expected)}"
    check_size(path, what, MOST_BYTES)
    try:
        with path.open("rb") as file, zipfile.ZipFile(file) as archive:
            entries = {entry.filename.removesuffix(".npy"): entry for entry in archive.infolist()}
            if sorted(entry.filename for entry in archive.infolist()) != sorted(f"{name}.npy" for name in expected):
                raise ValueError(f"it holds {', '.join(sorted(entries))[:80] or 'nothing'}")
            return {name: _read_entry(archive, entries[name], wanted) for name, wanted in expected.items()}
    except UNREADABLE as error:
        raise _not(path, what, error) from None


def read_array(path: Path, expected: Expected, mapped: bool = False) -> NDArray[Any]:
    """Read an .npy file.

    Args:
        path: The file.
        expected: The array that it must hold.
        mapped: Whether its values stay in the file until they are used; the array is read-only then.

    Returns:
        The array.

    Raises:
        DataError: The file is missing, damaged, or holds another array.

    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "labels.npy"
    >>> np.save(path, np.array([5, 0, 4], np.uint8))
    >>> read_array(path, Expected("|u1", (None,))).tolist()
    [5, 0, 4]
    """
    what = "an .npy file"
    size = check_size(path, what, MOST_BYTES)
    try:
        with path.open("rb") as file:
            header = _read_header(file, expected, size)
            if mapped and header.size:
                return np.memmap(file, header.dtype, "r", header.length, header.shape)
            return np.fromfile(file, header.dtype, math.prod(header.shape)).reshape(header.shape)
    except UNREADABLE as error:
        raise _not(path, what, error) from None


def _read_entry(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, expected: Expected) -> NDArray[Any]:
    if entry.compress_type != zipfile.ZIP_STORED or entry.compress_size != entry.file_size or archive.comment:
        raise ValueError(f"{entry.filename} is not stored as np.savez stores it")
    with archive.open(entry) as stream:
        header = _read_header(stream, expected, entry.file_size)
        values = stream.read()  # to the end, where zipfile compares the checksum
    if len(values) != header.size:
        raise ValueError(f"{entry.filename} ends after {len(values)} of {header.size} bytes")
    return np.frombuffer(values, header.dtype).reshape(header.shape).copy()


def _read_header(stream: BinaryIO | Any, expected: Expected, size: int) -> _Header:
    """Read up to the first value; `size` is that of header and values together."""
    start = stream.read(len(MAGIC) + 2)
    if start[: len(MAGIC)] != MAGIC or len(start) < len(MAGIC) + 2:
        raise ValueError("it does not begin as an .npy file")
    length = int.from_bytes(start[-2:], "little")
    found = HEADER.fullmatch(stream.read(min(length, LONGEST_HEADER)))
    if length > LONGEST_HEADER or not found:
        raise ValueError("its header is not NumPy's")
    header = _Header(np.dtype(found[1].decode()), tuple(int(part) for part in found[2].replace(b" ", b"").split(b",") if part), len(start) + length)
    shapes = [shape for shape in (expected.shape, expected.or_shape) if shape is not None]
    if not any(_fits(header.shape, shape) for shape in shapes) or not (
        header.dtype.str == expected.dtype or (expected.dtype == "<U" and header.dtype.kind == "U")
    ):
        wanted = " or ".join("x".join("n" if part is None else str(part) for part in shape) or "one value" for shape in shapes)
        received = "x".join(map(str, header.shape)) or "one value"
        raise ValueError(f"expected {expected.dtype} {wanted}, received {header.dtype.str} {received}")
    if header.length + header.size != size:
        raise ValueError(f"expected {header.length + header.size} bytes, as its header says, received {size}")
    return header


def _fits(shape: tuple[int, ...], wanted: tuple[int | None, ...]) -> bool:
    return len(shape) == len(wanted) and all(want in (None, got) for want, got in zip(wanted, shape, strict=True))


def _not(path: Path, what: str, error: Exception) -> DataError:
    return DataError(f"{path}: expected {what}, received something else ({plain(str(error), 200)}); {MAKE_AGAIN}")
