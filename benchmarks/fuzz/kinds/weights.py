"""Weights in HDF5: `pipeline.files.weights.read_weights`, for a stand-in of a network that writes and reads files as Keras lays them out."""

import io
from collections.abc import Callable
from pathlib import Path
from struct import pack
from typing import TYPE_CHECKING, NamedTuple

from benchmarks.fuzz.kind import BrokenPromiseError, Kind

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

ARRAYS = {"layers/dense/vars/0": (3, 2), "layers/dense/vars/1": (2,), "layers/dense_1/vars/0": (2, 1)}
STATE = {"optimizer/vars/0": (), "optimizer/vars/1": (3, 2)}  # which a network that is not compiled passes over


class _Network(NamedTuple):
    """What `read_weights` needs of a network; Keras itself takes ten seconds to import and milliseconds for each file."""

    template: bytes
    values: set[int]  # the places of the values in it
    name: str = "generator"

    def count_params(self) -> int:
        return len(self.values) // 4

    def save_weights(self, path: Path) -> None:
        path.write_bytes(self.template)

    def load_weights(self, path: Path) -> None:
        """Only values may be others than in the file that the network wrote."""
        content = path.read_bytes()
        different = {place for place, (old, new) in enumerate(zip(self.template, content, strict=False)) if old != new}
        if len(content) != len(self.template) or not different <= self.values:
            raise BrokenPromiseError("Keras would be given a file that it did not write")


def _reader() -> Callable[[Path], object]:
    from pipeline.files.hdf5 import find_datasets
    from pipeline.files.weights import read_weights

    template = _file(ARRAYS)
    places = {place for found in find_datasets(template).values() for place in range(found.offset, found.offset + found.size)}
    network = _Network(template, places)
    return lambda path: read_weights(network, path)


def _file(arrays: dict[str, tuple[int, ...]], **options: object) -> bytes:
    """A file with these arrays; the options are those of h5py."""
    import h5py
    import numpy as np

    file = io.BytesIO()
    with h5py.File(file, "w") as root:
        for number, (name, shape) in enumerate(arrays.items()):
            values = np.full(shape, 0.5 + number, np.float32)
            root.require_group(name.rpartition("/")[0])
            root.create_dataset(name, data=values, **(options if shape else {}))
        for layer in root.get("layers", {}).values():
            layer.attrs["name"] = "dense"
    return file.getvalue()


def _seeds() -> list[bytes]:
    return [_file(ARRAYS), _file(ARRAYS | STATE)]


def _scratch() -> "SearchStrategy[bytes]":
    """Whole files of other arrays, filters, chunks, links and types; and the valid file with addresses and lengths in its records changed."""
    from hypothesis import strategies as st

    valid = _file(ARRAYS)
    marks = [place for mark in (b"TREE", b"SNOD", b"HEAP", b"\1\0", b"\x11\0\x10\0", b"\3\1") for place in _places(valid, mark)]
    numbers = st.one_of(st.integers(0, len(valid)), st.sampled_from([*marks, len(valid) - 1, 2**31, 2**32, 2**63, 2**64 - 1]))

    def record(mark: int, beyond: int, width: int, number: int) -> tuple[int, bytes]:
        return mark + beyond, pack("<Q", number)[:width]

    changes = st.lists(
        st.builds(record, st.sampled_from(marks), st.integers(0, 64), st.sampled_from([1, 2, 4, 8, 8]), numbers), min_size=1, max_size=4
    )

    def changed(changes: list[tuple[int, bytes]]) -> bytes:
        content = bytearray(valid)
        for place, new in changes:
            content[place : place + len(new)] = new
        return bytes(content)

    others = [
        _file({}),
        _file(STATE),
        _file(ARRAYS | {"layers/more/vars/0": (1,)}),
        _file(ARRAYS | {"layers/dense/vars/1": (3,)}),
        _file(ARRAYS, dtype="f8"),
    ]
    others += [_file(ARRAYS, chunks=True), _file(ARRAYS, compression="gzip"), _file(ARRAYS, fletcher32=True), _file(ARRAYS, dtype=">f4"), *_linked()]
    return st.one_of(changes.map(changed), changes.map(changed), st.sampled_from(others))


def _linked() -> list[bytes]:
    """Files in which an array is a link, within the file or to another one, and one with a group that is its own member."""
    import h5py

    found = []
    for link in (h5py.SoftLink("/layers/dense/vars/0"), h5py.ExternalLink("/etc/passwd", "/"), "root"):
        file = io.BytesIO(_file(ARRAYS))
        with h5py.File(file, "r+") as root:
            root["layers/linked"] = root if link == "root" else link
        found.append(file.getvalue())
    return found


def _places(content: bytes, mark: bytes) -> list[int]:
    """Every place of some bytes."""
    return [place for place in range(len(content)) if content.startswith(mark, place)]


KIND = Kind("generator.weights.h5", ("pipeline.files.hdf5", "pipeline.files.weights", "pipeline.files.reading"), _reader, _seeds, _scratch)
