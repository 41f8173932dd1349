"""TensorFlow, started without its notices and pinned to give the same bytes on every run; a stage imports this module before keras."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from threadpoolctl import threadpool_limits

from pipeline.terminal.streams import fill_closed_descriptors


@contextmanager
def _without_start_up_notices() -> Iterator[None]:
    """TensorFlow's notices go straight to file descriptor 2 while it is imported, and no setting stops them (tensorflow#100442)."""
    fill_closed_descriptors()
    kept, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)


os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ["TF_ENABLE_ONEDNN_OPTS"] = "1"  # its kernels round differently from the plain ones: trained bytes depend on it
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # TensorFlow's messages after its import: errors only
with _without_start_up_notices():
    import keras
    import tensorflow as tf

BATCHES_AHEAD = 8  # enough to bridge a slow batch; it changes the speed and no byte


def pin_runtime(threads: int) -> None:
    """Fix what trained bytes depend on besides settings and data. Call it before the first operation of the process.

    A sum of floats depends on its order, and so on the number of threads that share one operation: NumPy's linear algebra gets one, TensorFlow
    `threads`. How many operations run side by side does not matter. Another type of CPU or version of TensorFlow may still give other bytes.

    Args:
        threads: CPU threads of one operation, 1 or more.
    """
    threadpool_limits(1)
    tf.config.threading.set_intra_op_parallelism_threads(threads)
    tf.config.experimental.enable_op_determinism()
    keras.utils.set_random_seed(0)  # op determinism requires a seed, though every draw has its own


def batch_stream(draw: Callable[[], Iterator[Any]], shapes: tuple[tf.TensorSpec, ...]) -> tf.data.Dataset:
    """A data set of the batches that `draw` yields, some of which are made ahead of their use.

    Args:
        draw: starts the stream and yields tuples of arrays.
        shapes: the shape and type of each array of a tuple.
    """
    return _ahead(tf.data.Dataset.from_generator(draw, output_signature=shapes))


def row_stream(orders: Callable[[], Iterator[Any]], size: int, draw: Callable[[tf.Tensor], Any]) -> tf.data.Dataset:
    """A data set of batches that TensorFlow draws from row numbers, some of them ahead of their use.

    Args:
        orders: starts a stream of arrays of row numbers, (n,) int64, n as it comes.
        size: rows of a batch.
        draw: row numbers, a tensor (size,), to the tensors of a batch.
    """
    rows = tf.data.Dataset.from_generator(orders, output_signature=tf.TensorSpec((None,), tf.int64))
    return _ahead(rows.rebatch(size, drop_remainder=True).map(draw))


def _ahead(batches: tf.data.Dataset) -> tf.data.Dataset:
    """tf.data's autotuning is off: its thread sleeps for longer and longer, up to a minute, and the end of a training waits until it wakes."""
    options = tf.data.Options()
    options.autotune.enabled = False
    return batches.prefetch(BATCHES_AHEAD).with_options(options)
