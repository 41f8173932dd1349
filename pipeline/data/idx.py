"""The IDX format of MNIST's files; decoding checks every byte of the header.

An IDX file is a big-endian magic number, one 32-bit size per dimension, then one byte per value (http://yann.lecun.com/exdb/mnist).
"""

import struct
from pathlib import Path

import numpy as np

from pipeline.data.digits import CLASSES, SIDE, Bytes
from pipeline.files.errors import DataError
from pipeline.files.reading import read_bounded

IDX_IMAGES = (0x00000803, 3)  # magic number (unsigned bytes, three dimensions), dimensions
IDX_LABELS = (0x00000801, 1)
IDX_FILES = ("train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte")


MOST_BYTES = 2**30  # of a file; EMNIST's largest has 550 million


def read_idx(path: Path, kind: tuple[int, int]) -> Bytes:
    """Read an IDX file of images or labels.

    Args:
        path: The file, decompressed.
        kind: `IDX_IMAGES` or `IDX_LABELS`.

    Returns:
        As `decode_idx`.

    Raises:
        DataError: The file is missing or larger than a gigabyte, or as `decode_idx`.
    """
    return decode_idx(read_bounded(path, "an IDX file", MOST_BYTES), kind, str(path))


def decode_idx(content: bytes, kind: tuple[int, int], source: str) -> Bytes:
    """Decode an IDX file of images or labels.

    Args:
        content: The whole file, decompressed.
        kind: `IDX_IMAGES` or `IDX_LABELS`.
        source: The name of the file, for error messages.

    Returns:
        Images, (n, 28, 28), or labels, (n,).

    Raises:
        DataError: The magic number is wrong, the sizes of the header do not match the number of bytes, an image is not 28x28,
            or a label is above 9.

    >>> decode_idx(bytes([0, 0, 8, 1, 0, 0, 0, 3, 5, 0, 4]), IDX_LABELS, "labels").tolist()
    [5, 0, 4]
    """
    magic, dimensions = kind
    if content[:4] != magic.to_bytes(4, "big"):
        raise DataError(
            f"{source}: expected an IDX file that begins with 0x{magic:08x}, received 0x{content[:4].hex()}; run `dvc repro --force download`"
        )
    header = 4 + 4 * dimensions
    if len(content) < header:
        raise DataError(f"{source}: expected an IDX header of {header} bytes, received {len(content)}; run `dvc repro --force download`")
    shape = struct.unpack(f">{dimensions}I", content[4:header])
    expected = int(np.prod(shape, dtype=object))
    if expected != len(content) - header:
        raise DataError(
            f"{source}: expected {expected} bytes of data, as its header says, received {len(content) - header}; run `dvc repro --force download`"
        )
    if kind == IDX_IMAGES and shape[1:] != (SIDE, SIDE):
        raise DataError(f"{source}: expected images of {SIDE}x{SIDE}, received {shape[1]}x{shape[2]}; run `dvc repro --force download`")
    values = np.frombuffer(content, np.uint8, offset=header).reshape(shape)
    if kind == IDX_LABELS and values.size and values.max() >= CLASSES:
        raise DataError(f"{source}: expected labels from 0 to {CLASSES - 1}, received {values.max()}; run `dvc repro --force download`")
    return values


def encode_idx(values: Bytes) -> bytes:
    """Encode images or labels as an IDX file: the inverse of `decode_idx`.

    Args:
        values: Images, (n, 28, 28), or labels, (n,).

    Returns:
        The whole file, not compressed.

    >>> encode_idx(np.array([5, 0, 4], np.uint8)).hex(" ")
    '00 00 08 01 00 00 00 03 05 00 04'
    """
    magic, _ = IDX_IMAGES if values.ndim == 3 else IDX_LABELS
    return struct.pack(f">{1 + values.ndim}I", magic, *values.shape) + values.tobytes()
