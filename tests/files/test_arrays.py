"""NumPy's files: read as written, and refused before anything is allocated, evaluated or unpickled."""

import io
import tracemalloc
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from pipeline.files.arrays import Expected, read_array, read_arrays
from pipeline.files.errors import DataError

BYTES, TEXT = Expected("|u1", (None, 2)), Expected("<U", ())
VALUES = np.arange(6, dtype=np.uint8).reshape(3, 2)


def npy(array: NDArray[Any]) -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, array, allow_pickle=True)
    return buffer.getvalue()


def headed(header: bytes, values: bytes = bytes(6), version: bytes = b"\x01\x00") -> bytes:
    return b"\x93NUMPY" + version + len(header).to_bytes(2, "little") + header + values


def zipped(compression: int = zipfile.ZIP_STORED, **entries: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as archive:
        for name, content in entries.items():
            archive.writestr(f"{name}.npy", content)
    return buffer.getvalue()


def refusal(path: Path, content: bytes, read: Callable[[Path], object]) -> str:
    path.write_bytes(content)
    with pytest.raises(DataError) as raised:
        read(path)
    assert "\n" not in str(raised.value)
    return str(raised.value)


def read_values(path: Path) -> object:
    return read_array(path, BYTES)


def read_pair(path: Path) -> object:
    return read_arrays(path, {"name": TEXT, "values": BYTES})


@pytest.mark.parametrize("array", [VALUES, np.zeros((0, 2), np.uint8), np.full((1000, 2), 7, np.uint8)])
def test_arrays_are_read_as_numpy_writes_them(tmp_path: Path, array: NDArray[np.uint8]) -> None:
    np.save(tmp_path / "a.npy", array)
    np.savez(tmp_path / "a.npz", name=np.array("größer"), values=array)
    whole, mapped = read_array(tmp_path / "a.npy", BYTES), read_array(tmp_path / "a.npy", BYTES, mapped=True)
    pair = read_arrays(tmp_path / "a.npz", {"name": TEXT, "values": BYTES})
    for read in (whole, mapped, pair["values"]):
        assert read.dtype == np.uint8
        assert np.array_equal(read, array)
    assert str(pair["name"]) == "größer"
    assert pair["values"].flags.writeable
    assert whole.flags.writeable


@pytest.mark.parametrize("array", [np.array(3.5), np.array([[1, 2]], np.float32), np.arange(4, dtype=np.int64), np.ones((2, 3, 4), ">f8")])
def test_every_type_and_rank_is_read_where_it_is_expected(tmp_path: Path, array: NDArray[Any]) -> None:
    np.save(tmp_path / "a.npy", array)
    assert np.array_equal(read_array(tmp_path / "a.npy", Expected(array.dtype.str, array.shape)), array)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "it does not begin as an .npy file"),
        (npy(VALUES)[:-1], "expected 134 bytes, as its header says, received 133"),
        (npy(VALUES) + b"\0", "expected 134 bytes, as its header says, received 135"),
        (npy(VALUES.astype(np.float32)), "expected |u1 nx2, received <f4 3x2"),
        (npy(VALUES.T), "its header is not NumPy's"),  # columns first
        (npy(VALUES[:, 0]), "expected |u1 nx2, received |u1 3"),
        (npy(np.zeros((2, 3), np.uint8)), "expected |u1 nx2, received |u1 2x3"),
        (npy(np.array([{"a": 1}], object)), "its header is not NumPy's"),
        (headed(b"{'descr': '|u1', 'fortran_order': False, 'shape': (999999999999, 2), }\n"), "as its header says"),
        (headed(b"{'descr': '|u1', 'fortran_order': False, 'shape': (-3, 2), }\n"), "its header is not NumPy's"),
        (headed(b"__import__('os').abort()\n"), "its header is not NumPy's"),
        (headed(b"(" * 60_000), "its header is not NumPy's"),
        (headed(b"{'descr': '|u1', 'fortran_order': False, 'shape': (3, 2), }\n", version=b"\x02\x00"), "it does not begin"),
    ],
)
def test_another_npy_file_is_refused_by_name(tmp_path: Path, content: bytes, reason: str) -> None:
    assert reason in refusal(tmp_path / "a.npy", content, read_values)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "File is not a zip file"),
        (zipped(name=npy(np.array("a"))), "it holds name"),
        (zipped(name=npy(np.array("a")), values=npy(VALUES), more=npy(VALUES)), "it holds more, name, values"),
        (zipped(name=npy(np.array("a")), values=npy(VALUES)[:-1]), "expected 134 bytes, as its header says, received 133"),
        (zipped(name=npy(np.array("a")), values=npy(VALUES) + b"\0"), "expected 134 bytes, as its header says, received 135"),
        (zipped(name=npy(np.array(["a"])), values=npy(VALUES)), "expected <U one value, received <U1 1"),
        (zipped(zipfile.ZIP_DEFLATED, name=npy(np.array("a")), values=npy(np.zeros((10**6, 2), np.uint8))), "is not stored as np.savez stores it"),
        (zipped(name=npy(np.array("a")), values=npy(VALUES)).replace(bytes(VALUES), b"\1" + bytes(VALUES)[1:]), "Bad CRC-32"),
    ],
)
def test_another_npz_file_is_refused_by_name(tmp_path: Path, content: bytes, reason: str) -> None:
    assert reason in refusal(tmp_path / "a.npz", content, read_pair)


def test_nothing_is_allocated_for_what_a_header_promises(tmp_path: Path) -> None:
    bomb = headed(b"{'descr': '|u1', 'fortran_order': False, 'shape': (2000000000, 2), }\n")
    stored = zipped(name=npy(np.array("a")), values=bomb)
    deflated = zipped(zipfile.ZIP_DEFLATED, name=npy(np.array("a")), values=npy(np.zeros((10**7, 2), np.uint8)))
    assert len(deflated) < 10**5
    tracemalloc.start()
    try:
        refusal(tmp_path / "a.npy", bomb, read_values)
        refusal(tmp_path / "a.npz", stored, read_pair)
        refusal(tmp_path / "a.npz", deflated, read_pair)
        assert tracemalloc.get_traced_memory()[1] < 10**6
    finally:
        tracemalloc.stop()


def test_an_array_may_have_either_of_two_shapes_and_no_third(tmp_path: Path) -> None:
    either = Expected("|u1", (None, 28, 28), (None, 28, 28, 3))
    for shape in ((2, 28, 28), (2, 28, 28, 3)):
        np.save(tmp_path / "a.npy", np.zeros(shape, np.uint8))
        assert read_array(tmp_path / "a.npy", either).shape == shape
    np.save(tmp_path / "a.npy", np.zeros((2, 28, 28, 4), np.uint8))
    with pytest.raises(DataError, match=r"expected \|u1 nx28x28 or nx28x28x3, received \|u1 2x28x28x4"):
        read_array(tmp_path / "a.npy", either)
