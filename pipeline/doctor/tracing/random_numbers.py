"""Random operations that draw the same numbers in every run of a second trace, so that two runs differ only in what was changed between them."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any
from unittest import mock

import tensorflow as tf
from tensorflow.python.ops import gen_random_ops  # where TensorFlow's random functions draw from a state that nothing can restore


@contextmanager
def repeatable(key: tf.Tensor) -> Iterator[None]:
    """While the `with` block traces a function, random operations depend on `key` and on their order alone."""
    drawn = 0

    def seed() -> tf.Tensor:
        nonlocal drawn
        drawn += 1
        return tf.stack([tf.cast(key, tf.int32), drawn])

    def normal(shape: Any, dtype: Any, **_: Any) -> tf.Tensor:
        return tf.random.stateless_normal(shape, seed(), dtype=dtype)

    def uniform(shape: Any, dtype: Any, **_: Any) -> tf.Tensor:
        return tf.random.stateless_uniform(shape, seed(), dtype=dtype)

    def uniform_int(shape: Any, minval: Any, maxval: Any, **_: Any) -> tf.Tensor:
        return tf.random.stateless_uniform(shape, seed(), minval, maxval, dtype=tf.convert_to_tensor(minval).dtype)

    def truncated(shape: Any, dtype: Any, **_: Any) -> tf.Tensor:
        return tf.random.stateless_truncated_normal(shape, seed(), dtype=dtype)

    def multinomial(logits: Any, num_samples: Any, output_dtype: Any = tf.int64, **_: Any) -> tf.Tensor:
        return tf.random.stateless_categorical(logits, num_samples, seed(), dtype=output_dtype)

    def shuffle(value: Any, **_: Any) -> tf.Tensor:
        order = tf.argsort(tf.random.stateless_uniform(tf.shape(value)[:1], seed()))
        return tf.gather(value, order)

    replaced: dict[str, Callable[..., Any]] = {
        "random_standard_normal": normal,
        "random_uniform": uniform,
        "random_uniform_int": uniform_int,
        "truncated_normal": truncated,
        "multinomial": multinomial,
        "random_shuffle": shuffle,
    }
    with ExitStack() as stack:
        for name, function in replaced.items():
            stack.enter_context(mock.patch.object(gen_random_ops, name, function))
        yield
