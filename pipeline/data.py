"""Digits as arrays: the IDX format, the .npz files of the pipeline, the batches, and the one uint8 <-> float conversion."""

import itertools
import struct
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from pipeline.artifacts import staged_file
from pipeline.errors import DataError

CLASSES = 10
SIDE = 28  # pixels
IDX_IMAGES = (0x00000803, 3)  # magic number (unsigned bytes, three dimensions), dimensions
IDX_LABELS = (0x00000801, 1)
IDX_FILES = ("train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte")

Bytes = NDArray[np.uint8]
Floats = NDArray[np.float32]


class Digits(NamedTuple):
    """One split of a data set."""

    name: str  # the data set: "mnist" or "digits"
    images: Bytes  # (n, 28, 28), 0 = background
    labels: Bytes  # (n,), 0 to 9


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


def save_digits(path: Path, digits: Digits) -> None:
    """Write a split as .npz, whole or not at all."""
    with staged_file(path) as partial:
        np.savez(partial, name=np.array(digits.name), images=digits.images, labels=digits.labels)


def load_digits(path: Path) -> Digits:
    """Read a split; a `DataError` names a file that is missing or not one."""
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as split:
            return Digits(str(split["name"]), split["images"], split["labels"])
    except FileNotFoundError:
        raise DataError(f"{path}: expected a split of the data set, found no file; run `dvc repro preprocess`") from None
    except (ValueError, KeyError, OSError, EOFError, BadZipFile) as error:
        raise DataError(f"{path}: expected name, images and labels as .npz ({error}); run `dvc repro --force preprocess`") from None


def to_float(images: Bytes, low: float) -> Floats:
    """Map 0..255 onto [low, 1]: (n, 28, 28) bytes to (n, 28, 28, 1) floats."""
    return (low + images[..., np.newaxis].astype(np.float32) * np.float32((1 - low) / 255)).astype(np.float32)


def to_bytes(images: Floats, low: float) -> Bytes:
    """The inverse of `to_float`; values outside [low, 1] are clipped."""
    scaled = np.rint((images[..., 0].astype(np.float64) - low) * (255 / (1 - low)))
    return np.clip(scaled, 0, 255).astype(np.uint8)


def batches(digits: Digits, batch_size: int, seed: int, first_step: int = 0) -> Iterator[tuple[Bytes, Bytes]]:
    """Endless batches, (b, 28, 28) and (b,): every pass visits each image once, in an order that only `seed` and the pass decide.

    Being a pure function of the step, the stream continues anywhere (`first_step`) as if it had never stopped.
    """
    size = len(digits.labels)
    for step in itertools.count(first_step):
        positions = range(step * batch_size, (step + 1) * batch_size)
        indices = [_order(size, seed, position // size)[position % size] for position in positions]
        yield digits.images[indices], digits.labels[indices]


@lru_cache(maxsize=2)  # a batch touches two passes at most, unless the data set is smaller than a batch
def _order(size: int, seed: int, number_of_pass: int) -> NDArray[np.intp]:
    return np.random.default_rng([seed, number_of_pass]).permutation(size)
