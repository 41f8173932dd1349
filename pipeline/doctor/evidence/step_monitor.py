"""What the training steps of any Keras GAN leave in counters: sizes of gradients, the first tensor that was not finite, how batches vary.

Listening happens while TensorFlow traces `train_step`; the counters' few operations become part of the compiled step. They read tensors of
the step and give nothing back: what is trained is the same, byte for byte. They look at one step in sixteen, for on a small network a look costs
a quarter of a step, and at every step whose results are not finite.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import keras
import tensorflow as tf

from pipeline.doctor.evidence.monkeypatch import wrapped

DISCRIMINATOR, GENERATOR = "discriminator", "generator"
# In the order in which a step computes them: of those that fail in the same step the first is the cause.
# Samples are not among them: reading them keeps TensorFlow from joining the operations that make them, which rounds otherwise.
BEFORE_GRADIENTS = ("the training batch", "the generator's weights", "the discriminator's outputs")
EVERY = 16  # steps


class Watch:
    """Counters over the steps since they were last read."""

    def __init__(self, generator: keras.Model, discriminator: keras.Model) -> None:
        self.networks = {DISCRIMINATOR: discriminator, GENERATOR: generator}
        self.variables = [(name, variable) for name, network in self.networks.items() for variable in network.trainable_variables]
        self.place = {id(variable.value): place for place, (_, variable) in enumerate(self.variables)}
        self.names = [*BEFORE_GRADIENTS, *(f"the gradient of {name}/{variable.path}" for name, variable in self.variables)]
        self.steps, self.looks = tf.Variable(0, dtype=tf.int64), tf.Variable(0, dtype=tf.int64)
        self.failed = tf.Variable(0, dtype=tf.int64)  # the first step with a tensor that was not finite; 0: none
        self.finite = tf.Variable(tf.zeros(len(self.names), tf.int64))  # looks in which the tensor was finite
        self.norms = tf.Variable(tf.zeros((2, 2)))  # sum and maximum over looks of each network's gradient norm
        self.moments = tf.Variable(tf.zeros(3, tf.float64))  # of the images' brightness: sums of batch means, their squares, variances within
        self.every, self.batch_rows = EVERY, None
        self.counters = (self.steps, self.looks, self.failed, self.finite, self.norms, self.moments)

    @contextmanager
    def watching(self, model: keras.Model) -> Iterator[None]:
        """Watch the model's steps; it has to trace its step anew."""
        with wrapped(model, "train_step", self._watch):
            model.train_function = None
            yield
        model.train_function = None

    def read(self) -> dict[str, Any]:
        """The epoch's numbers; the counters start again."""
        steps, looks, failed, finite, norms, moments = (counter.numpy() for counter in self.counters)
        mean, square, within = moments / max(looks, 1)
        found: dict[str, Any] = {"steps": int(steps), "looks": int(looks), "batch_rows": self.batch_rows}
        found |= {"between_batches": float(square - mean**2), "within_batches": float(within)}
        for name, (total, largest) in zip(self.networks, norms, strict=True):
            found |= {f"{name}_gradient": float(total) / looks if looks else None, f"{name}_gradient_max": float(largest) if looks else None}
        if failed:
            found |= {"first_not_finite": self.names[int(finite.argmin())], "first_not_finite_step": int(failed)}
        for counter in self.counters:
            counter.assign(tf.zeros_like(counter))
        return found

    def _watch(self, train_step: Callable[..., Any]) -> Callable[..., Any]:
        def watched(batch: Any, *given: Any, **named: Any) -> Any:
            step = _Step(self, batch)
            with step.listening():
                results = train_step(batch, *given, **named)
            step.count(results)
            return results

        return watched


class _Step:
    """The tensors of one step, gathered while it is traced."""

    def __init__(self, watch: Watch, batch: Any) -> None:
        self.watch = watch
        floats = [part for part in tf.nest.flatten(batch) if part.dtype.is_floating]
        self.images = max(floats, key=lambda part: len(part.shape)) if floats else tf.zeros((2, 1))  # bytes that are scaled in the step: unseen
        # By place among the watch's names. Of weights the vectors, biases and the like, stand for all: they are small, and fail with the rest.
        vectors = [variable.value for variable in watch.networks[GENERATOR].trainable_variables if len(variable.shape) == 1]
        watch.batch_rows = self.images.shape[0]
        self.graph = None if tf.executing_eagerly() else self.images.graph
        self.tensors: dict[int, list[Any]] = {1: [tf.convert_to_tensor(vector) for vector in vectors]}
        self.updating = False

    @contextmanager
    def listening(self) -> Iterator[None]:
        with ExitStack() as stack:
            stack.enter_context(wrapped(self.watch.networks[DISCRIMINATOR], "call", self._hear_outputs))
            stack.enter_context(wrapped(keras.optimizers.Optimizer, "apply", self._hear_update))
            yield

    def _hear_outputs(self, call: Callable[..., Any]) -> Callable[..., Any]:
        def heard(*given: Any, **named: Any) -> Any:
            outputs = call(*given, **named)
            if not self.updating:  # later ones come from weights that this step has changed
                self.tensors.setdefault(2, []).append(outputs)
            return outputs

        return heard

    def _hear_update(self, apply: Callable[..., Any]) -> Callable[..., Any]:
        def heard(optimizer: keras.optimizers.Optimizer, gradients: Any, variables: Any = None) -> Any:
            self.updating, gradients = True, list(gradients)
            for gradient, variable in zip(gradients, variables or optimizer._trainable_variables, strict=False):
                value = variable.value if isinstance(variable, keras.Variable) else variable
                if gradient is not None and id(value) in self.watch.place:
                    self.tensors.setdefault(len(BEFORE_GRADIENTS) + self.watch.place[id(value)], []).append(gradient)
            return apply(optimizer, gradients, variables)

        return heard

    def count(self, results: Any) -> None:
        """Add this step to the counters."""
        self.watch.steps.assign_add(1)
        told = [tf.reduce_sum(tf.cast(result, tf.float32)) for result in tf.nest.flatten(results) if result is not None]
        healthy = tf.math.is_finite(tf.add_n([tf.zeros(()), *told]))
        tf.cond(~healthy | (self.watch.steps % self.watch.every == 0), self._look, lambda: None)

    def _look(self) -> None:
        watch = self.watch
        brightness = tf.cast(tf.reduce_mean(tf.reshape(self.images, (tf.shape(self.images)[0], -1)), axis=1), tf.float64)
        mean, variance = tf.nn.moments(brightness, axes=[0])
        sizes = [tf.cast(mean, tf.float32), *(self._size(place) for place in range(1, len(watch.names)))]
        finite = tf.math.is_finite(tf.stack(sizes))
        split = len(BEFORE_GRADIENTS) + len(watch.networks[DISCRIMINATOR].trainable_variables)
        norms = tf.sqrt(tf.stack([tf.add_n(sizes[len(BEFORE_GRADIENTS) : split]), tf.add_n(sizes[split:])]))
        watch.looks.assign_add(1)
        watch.failed.assign(tf.where((watch.failed == 0) & ~tf.reduce_all(finite), watch.steps, watch.failed))
        watch.finite.assign_add(tf.cast(finite, tf.int64))
        watch.norms.assign(tf.stack([watch.norms[:, 0] + norms, tf.maximum(watch.norms[:, 1], norms)], axis=1))
        watch.moments.assign_add(tf.stack([mean, mean**2, variance]))

    def _size(self, place: int) -> tf.Tensor:
        """The sum of squares, finite if and only if the tensor is (and no value beyond 1e19)."""
        parts = [part.values if isinstance(part, tf.IndexedSlices) else part for part in self.tensors.get(place, [])]
        parts = [part for part in parts if self.graph is None or part.graph is self.graph]  # others are of functions within the step
        return tf.add_n([tf.zeros(()), *(2 * tf.nn.l2_loss(tf.cast(part, tf.float32)) for part in parts)])
