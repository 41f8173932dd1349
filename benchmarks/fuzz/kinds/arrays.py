""".npy and .npz files: `pipeline.files.arrays.read_array` and `read_arrays`, with the arrays of a split of a data set."""

import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.fuzz.kind import BrokenPromiseError, Kind

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

NAMES = ("name", "images", "labels")
TYPES = (
    "|u1",
    "|i1",
    "<u2",
    ">u2",
    "<f4",
    "<f8",
    "|b1",
    "|O",
    "|O8",
    "<U5",
    "|S5",
    "|V8",
    "<M8[s]",
    "[('a', '<i4')]",
    "<c16",
    "u1",
    "|u1'*9, '",
    "<U99999999",
)
SHAPES = [
    "()",
    "(0,)",
    "(1,)",
    "(2,)",
    "(2, 28, 28)",
    "(0, 28, 28)",
    "(1, 28, 28)",
    "(2, 28)",
    "(-1,)",
    "(2",
    "(2L,)",
    "[2]",
    "2",
    "(True,)",
    "(2,)*9",
    "(1e3,)",
]
SHAPES += [
    "(9999999999999, 28, 28)",
    "(0, 999999999999, 999999999999)",
    "(4294967296, 4294967296)",
    f"({'9' * 400},)",
    "(" * 300 + ")" * 300,
    "(lambda: 1)()",
]
SIZES = (0, 1, 5, 2, 784, 1568)


def _reader() -> Callable[[Path], object]:
    from pipeline.files.arrays import Expected, read_array, read_arrays

    wanted = {"name": Expected("<U", ()), "images": Expected("|u1", (None, 28, 28)), "labels": Expected("|u1", (None,))}

    def check(array: object, expected: Expected) -> None:
        import numpy as np

        kind = isinstance(array, np.ndarray) and (array.dtype.kind == "U" if expected.dtype == "<U" else array.dtype.str == expected.dtype)
        if not (isinstance(array, np.ndarray) and kind and len(array.shape) == len(expected.shape) and array.shape[1:] == expected.shape[1:]):
            raise BrokenPromiseError(f"the array is not of {expected}")
        array.tobytes()  # every value is there

    def read(path: Path) -> None:
        with path.open("rb") as file:
            start = file.read(2)
        if start == b"PK":
            arrays = read_arrays(path, wanted)
            if sorted(arrays) != sorted(wanted):
                raise BrokenPromiseError("the arrays are not those that were asked for")
            for name, array in arrays.items():
                check(array, wanted[name])
        else:
            check(read_array(path, wanted["images"]), wanted["images"])
            check(read_array(path, wanted["images"], mapped=True), wanted["images"])

    return read


def _valid() -> dict[str, bytes]:
    """The split's arrays, each as the bytes of an .npy file."""
    import numpy as np

    labels = np.arange(2, dtype=np.uint8)
    images = np.arange(2 * 784, dtype=np.uint32).astype(np.uint8).reshape(2, 28, 28)
    return {name: _npy(array) for name, array in zip(NAMES, (np.array("mnist"), images, labels), strict=True)}


def _npy(array: object) -> bytes:
    import numpy as np

    file = io.BytesIO()
    np.save(file, np.asarray(array))
    return file.getvalue()


def _npz(members: dict[str, bytes], compression: int = zipfile.ZIP_STORED) -> bytes:
    """An archive with a fixed time, as np.savez writes it."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", compression) as archive:
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(name), content, compression)
    return file.getvalue()


def _seeds() -> list[bytes]:
    import numpy as np

    valid = _valid()
    return [_npz({f"{name}.npy": content for name, content in valid.items()}), valid["images"], _npy(np.zeros((0, 28, 28), np.uint8))]


def _sealed(content: bytes) -> bytes:
    """A split in which the content is one of the arrays; the checksum is that of the content."""
    members = {f"{name}.npy": array for name, array in _valid().items()}
    members[f"{NAMES[sum(content[:8]) % 3]}.npy"] = content
    return _npz(members)


def _scratch() -> "SearchStrategy[bytes]":
    from hypothesis import strategies as st

    def array(version: bytes, kind: str, order: str, shape: str, end: str, length: int | None, size: int) -> bytes:
        text = f"{{'descr': '{kind}', 'fortran_order': {order}, 'shape': {shape}, }}{end}".encode()
        said = len(text) if length is None else length
        return b"\x93NUMPY" + version + said.to_bytes(2 if version == b"\1\0" else 4, "little") + text + bytes(size)

    versions = st.sampled_from([b"\1\0", b"\1\0", b"\1\0", b"\2\0", b"\3\0", b"\4\0"])
    lengths = st.one_of(st.none(), st.none(), st.integers(0, 2**16 - 1))
    orders, ends = st.sampled_from(["False", "False", "True", "0", "__import__('os')"]), st.sampled_from(["\n", "  \n", "", " " * 500 + "\n", "\n\n"])
    built = st.builds(array, versions, st.sampled_from(TYPES), orders, st.sampled_from(SHAPES), ends, lengths, st.sampled_from(SIZES))
    arrays = st.one_of(built, built, st.sampled_from(list(_valid().values())), st.binary(max_size=20))
    names = st.sampled_from([*(f"{name}.npy" for name in NAMES), "name", "../labels.npy", "/labels.npy", "", "é.npy", "a" * 3000, "\x1b[2J.npy"])
    members = st.one_of(st.fixed_dictionaries({f"{name}.npy": arrays for name in NAMES}), st.dictionaries(names, arrays, max_size=4))
    return st.one_of(
        arrays, st.builds(_npz, members, st.sampled_from([zipfile.ZIP_STORED, zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_LZMA]))
    )


KIND = Kind("train.npz", ("pipeline.files.arrays", "pipeline.files.reading", "zipfile"), _reader, _seeds, _scratch, _sealed)
