"""The same bytes on every run: pinned threads and deterministic kernels."""

import keras
import tensorflow as tf
from threadpoolctl import threadpool_limits


def pin_runtime(threads: int) -> None:
    """Fix what trained bytes depend on besides settings and data; call it before the first operation.

    Sums of floats depend on their order, so on the threads that share one operation: NumPy's linear algebra gets one, TensorFlow `threads`.
    The number of operations side by side does not matter. Different CPU types or TensorFlow versions may still differ.
    """
    threadpool_limits(1)
    tf.config.threading.set_intra_op_parallelism_threads(threads)
    tf.config.experimental.enable_op_determinism()
    keras.utils.set_random_seed(0)  # op determinism asks for one; every draw has an explicit seed of its own
