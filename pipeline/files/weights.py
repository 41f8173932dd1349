"""Reading a network's weights: the file must hold the arrays that the network has, no more and no less, before any value is used.

The bytes are never given to the HDF5 library: the values are copied into a file that Keras writes here for the same network, and Keras reads that.
"""

import tempfile
from pathlib import Path
from typing import Any

from pipeline.files.errors import DataError
from pipeline.files.hdf5 import Dataset, find_datasets
from pipeline.files.reading import MAKE_AGAIN, read_bounded
from pipeline.files.room import save_weights
from pipeline.files.shown import plain

OPTIMIZER = "optimizer/"  # the state of a compiled network's optimizer, which Keras passes over where the network is not compiled
SPARE = 2**20  # bytes that a file may have beyond four times those of the network's own: an optimizer keeps two or three numbers per weight


def read_weights(network: Any, path: Path) -> None:
    """Give a network the weights of a file; they may hold NaN, which a diverged training leaves.

    Args:
        network: A Keras model that is built, with its optimizer if the file has that one's state.
        path: The file, as the network's `save_weights` wrote it.

    Raises:
        DataError: The file is missing, damaged, or of another network; the network is as it was then.
    """
    with tempfile.TemporaryDirectory() as folder:
        own = Path(folder) / "own.weights.h5"
        save_weights(network, own)
        template = bytearray(own.read_bytes())
        wanted = find_datasets(bytes(template))
        content = read_bounded(path, "weights", 4 * len(template) + SPARE)
        try:
            found = find_datasets(content)
            _compare(wanted, found)
        except (ValueError, RecursionError) as error:
            reason = plain(str(error), 200)
            raise DataError(f"{path}: expected the weights of {network.name}, received something else ({reason}); {MAKE_AGAIN}") from None
        for name, place in wanted.items():
            start = found[name].offset
            template[place.offset : place.offset + place.size] = content[start : start + place.size]
        own.write_bytes(template)
        network.load_weights(own)


def _compare(wanted: dict[str, Dataset], found: dict[str, Dataset]) -> None:
    if different := sorted(name for name in wanted.keys() ^ found.keys() if name in wanted or not name.startswith(OPTIMIZER)):
        raise ValueError(f"{different[0][:80]} is {'missing' if different[0] in wanted else 'not one of its arrays'}")
    for name, dataset in wanted.items():
        if (dataset.shape, dataset.kind) != (found[name].shape, found[name].kind):
            raise ValueError(f"{name}: expected an array of {dataset.shape}, received {found[name].shape} or values of another type")
