"""One model on several devices: each replica, the model's copy on one of them, takes an equal share of every batch.

The shares' means are the numbers of the whole batch, so a training is that of one device but for the rounding of its sums. On one device each
function gives back what it gets.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import tensorflow as tf


def mean_over_replicas(values: Any) -> Any:
    """The mean of each tensor over the replicas, the same for all of them; gradients flow through it.

    Args:
        values: a tensor or a list of them, means over this replica's share of the batch or their gradients.

    >>> float(mean_over_replicas(tf.constant(3.0)))
    3.0
    """
    context = tf.distribute.get_replica_context()
    return values if context.num_replicas_in_sync == 1 else context.all_reduce(tf.distribute.ReduceOp.MEAN, values)


def own_rows(draw: Callable[[int | tf.Tensor], tf.Tensor], count: int | tf.Tensor) -> tf.Tensor:
    """This replica's share of the random rows of a batch: those that the same images get on one device.

    Args:
        draw: the number of rows of the whole batch to these rows, (n, ...); a pure function.
        count: rows of the share.

    >>> own_rows(lambda count: tf.range(count), 3).numpy().tolist()
    [0, 1, 2]
    """
    context = tf.distribute.get_replica_context()
    if context.num_replicas_in_sync == 1:
        return draw(count)
    first = context.replica_id_in_sync_group * count
    return draw(context.num_replicas_in_sync * count)[first : first + count]


def in_shares(batches: tf.data.Dataset, updates: int, replicas: int) -> tf.data.Dataset:
    """The same endless batches, with rows in the order in which Keras gives them to the replicas, the first rows to the first.

    A step cuts its rows into those of its updates, and of each update every replica has a share.

    Args:
        batches: images and labels, each with the same number of rows, a multiple of `updates` times `replicas`.
        updates: of the discriminator in a step.
        replicas: how many there are.

    >>> batch = tf.data.Dataset.from_tensors((tf.range(8), tf.range(8))).repeat()
    >>> [rows.numpy().tolist() for rows, _ in in_shares(batch, updates=2, replicas=2).take(1)]
    [[0, 1, 4, 5, 2, 3, 6, 7]]
    """
    if replicas == 1:
        return batches

    def ordered(*parts: tf.Tensor) -> tuple[tf.Tensor, ...]:
        order = np.arange(parts[0].shape[0]).reshape(updates, replicas, -1).swapaxes(0, 1).ravel()
        return tuple(tf.gather(part, order) for part in parts)

    endless = tf.data.experimental.assert_cardinality(tf.data.INFINITE_CARDINALITY)  # no share is smaller than another: its size is known
    return batches.map(ordered).apply(endless)
