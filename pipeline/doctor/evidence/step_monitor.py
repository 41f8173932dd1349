"""Counters in the training steps of any Keras GAN: norms of gradients, the first tensor that was not finite, how batches vary.

Tensors are collected while TensorFlow traces `train_step`, and the counters' few operations become part of the compiled step. They only read
tensors of the step: what is trained stays the same, byte for byte. One step in sixteen is measured, because on a small network measuring costs
a quarter of a step; so is every step whose results are not finite. Where several devices train one model, each takes a share of the step: that of
the first is measured, its images and outputs, and of the gradients what is given to the optimizers.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import keras
import tensorflow as tf

from pipeline.doctor.evidence.monkeypatch import wrapped

DISCRIMINATOR, GENERATOR = "discriminator", "generator"
# In the order in which a step computes them: of several that fail in the same step, the first is the cause.
# Samples are not among them: reading them would keep TensorFlow from fusing the operations that make them, and rounding would change.
BEFORE_GRADIENTS = ("the training batch", "the generator's weights", "the discriminator's outputs")
EVERY = 16  # steps


class StepMonitor:
    """Counters over the steps since they were last read."""

    def __init__(self, generator: keras.Model, discriminator: keras.Model) -> None:
        self.networks = {DISCRIMINATOR: discriminator, GENERATOR: generator}
        self.variables = [(name, variable) for name, network in self.networks.items() for variable in network.trainable_variables]
        self.place = {id(variable.value): place for place, (_, variable) in enumerate(self.variables)}
        self.names = [*BEFORE_GRADIENTS, *(f"the gradient of {name}/{variable.path}" for name, variable in self.variables)]
        self.steps, self.measured = tf.Variable(0, dtype=tf.int64), tf.Variable(0, dtype=tf.int64)
        self.failed = tf.Variable(0, dtype=tf.int64)  # the first step with a tensor that was not finite; 0: none
        self.finite = tf.Variable(tf.zeros(len(self.names), tf.int64))  # measured steps in which the tensor was finite
        self.norms = tf.Variable(tf.zeros((2, 2)))  # sum and maximum over measured steps of each network's gradient norm
        self.moments = tf.Variable(tf.zeros(3, tf.float64))  # of the images' brightness: sums of batch means, their squares, variances within
        self.every, self.batch_rows = EVERY, None
        self.counters = (self.steps, self.measured, self.failed, self.finite, self.norms, self.moments)

    @contextmanager
    def monitoring(self, model: keras.Model) -> Iterator[None]:
        """Monitor the model's steps while the `with` block lasts; the model traces its step anew."""
        with wrapped(model, "train_step", self._monitored):
            model.train_function = None
            yield
        model.train_function = None

    def read(self) -> dict[str, Any]:
        """The numbers since the last call; the counters start again at zero."""
        steps, measured, failed, finite, norms, moments = (counter.numpy() for counter in self.counters)
        mean, square, within = moments / max(measured, 1)
        row: dict[str, Any] = {"steps": int(steps), "measured_steps": int(measured), "batch_rows": self.batch_rows}
        row |= {"between_batches": float(square - mean**2), "within_batches": float(within)}
        for name, (total, largest) in zip(self.networks, norms, strict=True):
            row |= {
                f"{name}_gradient": float(total) / measured if measured else None,
                f"{name}_gradient_max": float(largest) if measured else None,
            }
        if failed:
            row |= {"first_not_finite": self.names[int(finite.argmin())], "first_not_finite_step": int(failed)}
        for counter in self.counters:
            counter.assign(tf.zeros_like(counter))
        return row

    def restore(self, counted: list[Any]) -> None:
        """Go on from the counters of a training that was left in the middle of an epoch; from zero if none are given."""
        for counter, value in zip(self.counters, counted, strict=bool(counted)):
            counter.assign(value)

    def _monitored(self, train_step: Callable[..., Any]) -> Callable[..., Any]:
        def monitored(batch: Any, *given: Any, **named: Any) -> Any:
            if not _on_first_device():
                return train_step(batch, *given, **named)
            step = _Step(self, batch)
            with step.collecting():
                results = train_step(batch, *given, **named)
            step.count(results)
            return results

        return monitored


class _Step:
    """The tensors of one step, collected while it is traced."""

    def __init__(self, monitor: StepMonitor, batch: Any) -> None:
        self.monitor = monitor
        floats = [part for part in tf.nest.flatten(batch) if part.dtype.is_floating]
        self.images = max(floats, key=lambda part: len(part.shape)) if floats else tf.zeros((2, 1))  # images as bytes are not measured
        # Of the generator's weights only vectors (biases and the like) are read: they are small, and fail together with the rest.
        vectors = [variable.value for variable in monitor.networks[GENERATOR].trainable_variables if len(variable.shape) == 1]
        monitor.batch_rows = self.images.shape[0]
        self.graph = None if tf.executing_eagerly() else self.images.graph
        # Keys are places in the monitor's `names`.
        self.tensors: dict[int, list[Any]] = {1: [tf.convert_to_tensor(vector) for vector in vectors]}
        self.updating = False

    @contextmanager
    def collecting(self) -> Iterator[None]:
        with ExitStack() as stack:
            stack.enter_context(wrapped(self.monitor.networks[DISCRIMINATOR], "call", self._record_outputs))
            stack.enter_context(wrapped(keras.optimizers.Optimizer, "apply", self._record_update))
            yield

    def _record_outputs(self, call: Callable[..., Any]) -> Callable[..., Any]:
        def recorded(*given: Any, **named: Any) -> Any:
            outputs = call(*given, **named)
            if not self.updating and _on_first_device():  # later outputs come from weights that this step has changed
                self.tensors.setdefault(2, []).append(outputs)
            return outputs

        return recorded

    def _record_update(self, apply: Callable[..., Any]) -> Callable[..., Any]:
        def recorded(optimizer: keras.optimizers.Optimizer, gradients: Any, variables: Any = None) -> Any:
            if not _on_first_device():
                return apply(optimizer, gradients, variables)
            self.updating, gradients = True, list(gradients)
            for gradient, variable in zip(gradients, variables or optimizer._trainable_variables, strict=False):
                value = variable.value if isinstance(variable, keras.Variable) else variable
                if gradient is not None and id(value) in self.monitor.place:
                    self.tensors.setdefault(len(BEFORE_GRADIENTS) + self.monitor.place[id(value)], []).append(gradient)
            return apply(optimizer, gradients, variables)

        return recorded

    def count(self, results: Any) -> None:
        """Add this step to the counters."""
        self.monitor.steps.assign_add(1)
        sums = [tf.reduce_sum(tf.cast(result, tf.float32)) for result in tf.nest.flatten(results) if result is not None]
        healthy = tf.math.is_finite(tf.add_n([tf.zeros(()), *sums]))
        tf.cond(~healthy | (self.monitor.steps % self.monitor.every == 0), self._measure, lambda: None)

    def _measure(self) -> None:
        monitor = self.monitor
        brightness = tf.cast(tf.reduce_mean(tf.reshape(self.images, (tf.shape(self.images)[0], -1)), axis=1), tf.float64)
        mean, variance = tf.nn.moments(brightness, axes=[0])
        sizes = [tf.cast(mean, tf.float32), *(self._size(place) for place in range(1, len(monitor.names)))]
        finite = tf.math.is_finite(tf.stack(sizes))
        split = len(BEFORE_GRADIENTS) + len(monitor.networks[DISCRIMINATOR].trainable_variables)
        norms = tf.sqrt(tf.stack([tf.add_n(sizes[len(BEFORE_GRADIENTS) : split]), tf.add_n(sizes[split:])]))
        monitor.measured.assign_add(1)
        monitor.failed.assign(tf.where((monitor.failed == 0) & ~tf.reduce_all(finite), monitor.steps, monitor.failed))
        monitor.finite.assign_add(tf.cast(finite, tf.int64))
        monitor.norms.assign(tf.stack([monitor.norms[:, 0] + norms, tf.maximum(monitor.norms[:, 1], norms)], axis=1))
        monitor.moments.assign_add(tf.stack([mean, mean**2, variance]))

    def _size(self, place: int) -> tf.Tensor:
        """The sum of squares, finite if and only if the tensor is (and no value beyond 1e19)."""
        parts = [part.values if isinstance(part, tf.IndexedSlices) else part for part in self.tensors.get(place, [])]
        parts = [part for part in parts if self.graph is None or part.graph is self.graph]  # others belong to functions inside the step
        return tf.add_n([tf.zeros(()), *(2 * tf.nn.l2_loss(tf.cast(part, tf.float32)) for part in parts)])


def _on_first_device() -> bool:
    """Whether this is the share of the first of the devices that take a step together, or of the only one.

    TensorFlow traces the shares in turns: while the first is collected, calls of the others come in between.
    """
    context = tf.distribute.get_replica_context()
    return context is None or not tf.get_static_value(context.replica_id_in_sync_group)
