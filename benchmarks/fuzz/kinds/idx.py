"""MNIST's files, images and labels: `pipeline.data.idx.decode_idx`."""

from collections.abc import Callable
from pathlib import Path
from struct import pack
from typing import TYPE_CHECKING

from benchmarks.fuzz.kind import BrokenPromiseError, Kind

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy


def _reader() -> Callable[[Path], object]:
    from pipeline.data.idx import IDX_IMAGES, IDX_LABELS, decode_idx, encode_idx

    def read(path: Path) -> None:
        content = path.read_bytes()
        kind = IDX_IMAGES if content[3:4] == b"\3" else IDX_LABELS
        if encode_idx(decode_idx(content, kind, str(path))) != content:
            raise BrokenPromiseError("the decoded file, encoded again, is another file")

    return read


def _seeds() -> list[bytes]:
    import numpy as np

    from pipeline.data.idx import encode_idx

    labels = np.arange(10, dtype=np.uint8)
    images = np.arange(2 * 28 * 28, dtype=np.uint32).astype(np.uint8).reshape(2, 28, 28)
    return [encode_idx(array) for array in (labels, labels[:1], labels[:0], images, images[:1], images[:0])]


def _scratch() -> "SearchStrategy[bytes]":
    from hypothesis import strategies as st

    sizes = st.sampled_from([0, 1, 2, 3, 27, 28, 29, 784, 2**16, 2**31 - 1, 2**31, 2**32 - 1])
    magic = st.sampled_from([b"\0\0\x08\x03", b"\0\0\x08\x01", b"\0\0\x0d\x03", b"\0\1\x08\x03", b"\x1f\x8b\x08\0"])
    header = st.builds(lambda start, shape: start + pack(f">{len(shape)}I", *shape), magic, st.lists(sizes, max_size=4))
    return st.builds(bytes.__add__, header, st.one_of(st.binary(max_size=40), st.sampled_from([bytes(784), bytes(1568), bytes(28)])))


KIND = Kind("train-images-idx3-ubyte", ("pipeline.data.idx",), _reader, _seeds, _scratch)
