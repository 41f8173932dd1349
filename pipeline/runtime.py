"""TensorFlow, started without its notices and pinned to give the same bytes on every run; a stage imports this module before keras."""

import ctypes
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
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


@contextmanager
def _hidden(modules: Iterable[str]) -> Iterator[None]:
    """Modules that are not imported yet cannot be, inside."""
    hidden = [name for name in modules if name not in sys.modules]
    stops: dict[str, Any] = dict.fromkeys(hidden)  # in the place of a module, None stops its import
    sys.modules.update(stops)
    try:
        yield
    finally:
        for name in hidden:
            del sys.modules[name]


os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ["TF_ENABLE_ONEDNN_OPTS"] = "1"  # its kernels round differently from the plain ones: trained bytes depend on it
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # TensorFlow's messages after its import: errors only
# Keras imports these where they are there, to take their objects, of which the package gives it none; it takes as long as to import TensorFlow.
with _without_start_up_notices(), _hidden(("matplotlib", "pandas", "sklearn")):
    import keras
    import tensorflow as tf

KEPT_MEMORY = ((-1, 1 << 30), (-2, 1 << 26), (-3, 1 << 25))  # M_TRIM_THRESHOLD, M_TOP_PAD, M_MMAP_THRESHOLD of malloc.h, bytes
BATCHES_AHEAD = 8  # enough to bridge a slow batch; it changes the speed and no byte


def pin_runtime(threads: int) -> None:
    """Fix what trained bytes depend on besides settings and data. Call it before the first operation of the process.

    A sum of floats depends on its order, and so on the number of threads that share one operation: NumPy's linear algebra gets one, TensorFlow
    `threads`. How many operations run side by side does not matter. Another type of CPU or version of TensorFlow may still give other bytes.

    Args:
        threads: CPU threads of one operation, 1 or more.
    """
    threadpool_limits(1)
    _keep_freed_memory()
    tf.config.threading.set_intra_op_parallelism_threads(threads)
    tf.config.experimental.enable_op_determinism()
    keras.utils.set_random_seed(0)  # op determinism requires a seed, though every draw has its own


def _keep_freed_memory() -> None:
    """Have the C library keep what TensorFlow frees; given back to the system, each large tensor would cost its pages anew. Only glibc can."""
    library = ctypes.CDLL(None)
    if hasattr(library, "mallopt"):
        for parameter, size in KEPT_MEMORY:
            library.mallopt(parameter, size)


def training_devices(strategy: str) -> list[str]:
    """The names of the devices that train one model: with `single` the first of those that TensorFlow sees, with `mirrored` all of them.

    Devices are GPUs, or processors if there is no GPU. Call it after `pin_runtime`.

    >>> training_devices("single")
    ['/device:CPU:0']
    """
    seen = tf.config.list_logical_devices("GPU") or tf.config.list_logical_devices("CPU")
    return [device.name for device in seen][: None if strategy == "mirrored" else 1]


def copies_on(devices: list[str]) -> AbstractContextManager[Any]:
    """A model that is built inside has a copy on each of several devices, which take the steps of Keras' `fit` together.

    Sums over the devices are made on the first of them: in the same order on any kind of device, without a library of its maker.
    """
    if len(devices) == 1:
        return nullcontext()
    scope: AbstractContextManager[Any] = tf.distribute.MirroredStrategy(devices, tf.distribute.ReductionToOneDevice()).scope()
    return scope


def row_stream(orders: Callable[[], Iterator[Any]], size: int, draw: Callable[[tf.Tensor, tf.Tensor], Any], first: int = 0) -> tf.data.Dataset:
    """A data set of batches that TensorFlow draws from row numbers, some of them ahead of their use.

    Args:
        orders: starts a stream of arrays of row numbers, (n,) int64, n as it comes.
        size: rows of a batch.
        draw: the number of the batch, a scalar int64, and its row numbers, (size,), to the tensors of a batch.
        first: the number of the first batch.
    """
    rows = tf.data.Dataset.from_generator(orders, output_signature=tf.TensorSpec((None,), tf.int64))
    # tf.data's autotuning is off: its thread sleeps for longer and longer, up to a minute, and the end of a training waits until it wakes.
    options = tf.data.Options()
    options.autotune.enabled = False
    return rows.rebatch(size, drop_remainder=True).enumerate(first).map(draw).prefetch(BATCHES_AHEAD).with_options(options)
