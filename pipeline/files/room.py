"""Room on the disk, asked for before HDF5 writes: it ends the process without a word where the disk fills up meanwhile (a fault in its memory)."""

from pathlib import Path
from typing import Any

BYTES_PER_WEIGHT = 4
OVERHEAD = 1 << 20  # bytes of HDF5's own, more than a hundred layers have


def save_weights(model: Any, path: Path) -> None:
    """Write the weights of a Keras model.

    Args:
        model: Anything with `count_params` and `save_weights`.
        path: Ends in `.weights.h5`; its folder exists.

    Raises:
        OSError: There is no room for them.
    """
    ask_room(path, BYTES_PER_WEIGHT * model.count_params() + OVERHEAD)
    model.save_weights(path)


def ask_room(path: Path, size: int) -> None:
    """Raise `OSError` unless a file of so many bytes can be written at `path`."""
    try:
        with path.open("wb") as file:
            file.write(bytes(size))
    finally:
        path.unlink(missing_ok=True)
