"""The IDX format of MNIST's files: decoding checks every byte of the header."""

import struct

import numpy as np

from pipeline.data.digits import CLASSES, SIDE, Bytes
from pipeline.files.errors import DataError

IDX_IMAGES = (0x00000803, 3)  # magic number (unsigned bytes, three dimensions), dimensions
IDX_LABELS = (0x00000801, 1)
IDX_FILES = ("train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte")


def decode_idx(content: bytes, kind: tuple[int, int], source: str) -> Bytes:
    """Decode an IDX file of the kind `IDX_IMAGES`, (n, 28, 28), or `IDX_LABELS`, (n,); the header must say exactly what the bytes hold.

    Format: big-endian magic number, one 32-bit size per dimension, then one byte a value (http://yann.lecun.com/exdb/mnist).
    Raises `DataError` on a wrong magic number, a size that does not match, an image that is not 28x28, a label above 9.
    """
    magic, dimensions = kind
    if content[:4] != magic.to_bytes(4, "big"):
        raise DataError(f"{source}: expected an IDX file that begins with 0x{magic:08x}, received 0x{content[:4].hex()}; download it again")
    header = 4 + 4 * dimensions
    if len(content) < header:
        raise DataError(f"{source}: expected an IDX header of {header} bytes, received {len(content)}; download it again")
    shape = struct.unpack(f">{dimensions}I", content[4:header])
    expected = int(np.prod(shape, dtype=object))
    if expected != len(content) - header:
        raise DataError(f"{source}: its header promises {expected} bytes of data, received {len(content) - header}; download it again")
    if kind == IDX_IMAGES and shape[1:] != (SIDE, SIDE):
        raise DataError(f"{source}: expected images of {SIDE}x{SIDE}, received {shape[1]}x{shape[2]}; download it again")
    values = np.frombuffer(content, np.uint8, offset=header).reshape(shape)
    if kind == IDX_LABELS and values.size and values.max() >= CLASSES:
        raise DataError(f"{source}: expected labels from 0 to {CLASSES - 1}, received {values.max()}; download it again")
    return values


def encode_idx(values: Bytes) -> bytes:
    """Encode images, (n, 28, 28), or labels, (n,), as an IDX file."""
    magic, _ = IDX_IMAGES if values.ndim == 3 else IDX_LABELS
    return struct.pack(f">{1 + values.ndim}I", magic, *values.shape) + values.tobytes()
