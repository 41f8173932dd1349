"""Reads the MNIST digits from the folder that the environment variable MNIST_DIR names."""

import gzip
import os
from pathlib import Path

import numpy as np

PREFIX = {"train": "train", "test": "t10k"}


def _read(name):
    folder = Path(os.environ["MNIST_DIR"])
    plain, packed = folder / name, folder / (name + ".gz")
    data = plain.read_bytes() if plain.exists() else gzip.decompress(packed.read_bytes())
    dims = data[3]
    shape = [int.from_bytes(data[4 + 4 * i : 8 + 4 * i], "big") for i in range(dims)]
    return np.frombuffer(data, dtype=np.uint8, offset=4 + 4 * dims).reshape(shape)


def load_digits(split="train", count=None):
    """Return images (n, 28, 28) uint8 and labels (n,) int32."""
    prefix = PREFIX[split]
    images = _read(f"{prefix}-images-idx3-ubyte")[:count]
    labels = _read(f"{prefix}-labels-idx1-ubyte")[:count]
    return images.copy(), labels.astype(np.int32)
