"""TensorFlow, started quietly and pinned to give the same bytes on every run; a stage imports this before keras."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from threadpoolctl import threadpool_limits


@contextmanager
def _without_start_up_notices() -> Iterator[None]:
    """TensorFlow's notices go straight to file descriptor 2 while it is imported, and no setting stops them (tensorflow#100442)."""
    kept, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)


os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ["TF_ENABLE_ONEDNN_OPTS"] = "1"  # its kernels round otherwise than the plain ones: trained bytes depend on it
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # what TensorFlow has to say after its import
with _without_start_up_notices():
    import keras
    import tensorflow as tf

BATCHES_AHEAD = 8  # enough to bridge a slow one; it changes the speed and no byte


def pin_runtime(threads: int) -> None:
    """Fix what trained bytes depend on besides settings and data; call it before the first operation.

    Sums of floats depend on their order, so on the threads that share one operation: NumPy's linear algebra gets one, TensorFlow `threads`.
    How many operations run side by side does not matter. Different CPU types or TensorFlow versions may still differ.
    """
    threadpool_limits(1)
    tf.config.threading.set_intra_op_parallelism_threads(threads)
    tf.config.experimental.enable_op_determinism()
    keras.utils.set_random_seed(0)  # op determinism asks for one; every draw has an explicit seed of its own


def batch_stream(draw: Callable[[], Iterator[Any]], shapes: tuple[tf.TensorSpec, ...]) -> tf.data.Dataset:
    """The batches that `draw` yields, tuples of arrays of these shapes, made ahead of their use.

    Without tf.data's autotuning: its thread sleeps ever longer, up to a minute, and whoever is done with the stream waits for it to wake.
    """
    options = tf.data.Options()
    options.autotune.enabled = False
    return tf.data.Dataset.from_generator(draw, output_signature=shapes).prefetch(BATCHES_AHEAD).with_options(options)
