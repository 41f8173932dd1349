"""A training that another process asks: `train SECONDS` trains for so long, `samples PATH` writes images. It needs nothing but NumPy."""

import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

TRAIN = Path("artifacts/data/train.npz")
SAMPLES = 10_000
CLASSES = 10


def images_and_labels() -> tuple[np.ndarray, np.ndarray]:
    """The training split: images (n, 28, 28) of bytes, and labels (n,)."""
    with np.load(TRAIN) as split:
        return split["images"], split["labels"]


def batches(count: int, size: int, seed: int = 0) -> Iterator[np.ndarray]:
    """Row numbers of whole batches, shuffled anew in each pass, without end."""
    random = np.random.default_rng(seed)
    while True:
        order = random.permutation(count)
        yield from (order[start : start + size] for start in range(0, count - size + 1, size))


def answer(train: Callable[[np.ndarray], object], rows: Iterator[np.ndarray], draw: Callable[[], np.ndarray]) -> None:
    """Do what the lines of standard input ask, until it ends.

    Args:
        train: takes one step with the images in these rows.
        rows: row numbers of batches.
        draw: SAMPLES images, (n, 28, 28) of bytes; with classes, each as often as the others.
    """
    seen, trained = 0, 0.0
    for line in sys.stdin:
        what, value = line.split(maxsplit=1)
        if what == "train":
            began = time.perf_counter()
            while trained + time.perf_counter() - began < float(value):
                chosen = next(rows)
                train(chosen)
                seen += len(chosen)
            trained += time.perf_counter() - began
        else:
            np.save(value.strip(), draw())
        print(f"{trained} {seen}", flush=True)
