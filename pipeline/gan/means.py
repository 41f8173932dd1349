"""The means of a step's numbers over an epoch."""

from collections.abc import Mapping

import keras
import tensorflow as tf

from pipeline.gan.replicas import mean_over_replicas


class Means(keras.metrics.Metric):
    """What a `keras.metrics.Mean` for each number would give, with two operations for all of them.

    >>> means = Means(("d_loss", "g_loss"))
    >>> for d_loss in (1.0, 3.0):
    ...     means.update_state({"d_loss": tf.constant(d_loss), "g_loss": tf.constant(0.5)})
    >>> {name: float(mean) for name, mean in means.result().items()}
    {'d_loss': 2.0, 'g_loss': 0.5}
    """

    def __init__(self, names: tuple[str, ...]) -> None:
        super().__init__(name="means")
        self.names = names
        # Keras would add the replicas' totals up; these are the same on each, and a checkpoint has them exactly.
        same = {"initializer": "zeros", "aggregation": "only_first_replica"}
        self.totals = self.add_variable((len(names),), name="totals", **same)
        self.count = self.add_variable((), name="count", **same)

    def update_state(self, numbers: Mapping[str, tf.Tensor]) -> None:
        """Count a step's numbers, scalars by name, which are means over this replica's share of the batch."""
        self.totals.assign_add(mean_over_replicas(tf.stack([numbers[name] for name in self.names])))
        self.count.assign_add(1.0)

    def result(self) -> dict[str, tf.Tensor]:
        """Name -> mean since the metric was reset, a scalar."""
        return dict(zip(self.names, tf.unstack(tf.math.divide_no_nan(self.totals.value, self.count.value)), strict=True))
