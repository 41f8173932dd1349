"""Records one eager training step: what the discriminator was given, the losses' gradients at its outputs, and who was updated.

Recorded are the two networks' calls, `tf.GradientTape.gradient` and the optimisers' `apply`, so the step may be written in any way that uses them.
The optimisers' `apply` is replaced: nothing is updated.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any, NamedTuple

import keras
import numpy as np
import tensorflow as tf

from pipeline.doctor.evidence.monkeypatch import wrapped
from pipeline.doctor.evidence.tensors import arrays, image_shape, images_in

REAL, FAKE, OTHER = "real", "fake", "other"
IMAGES, ELSEWHERE = "images", "elsewhere"  # gradients with respect to something else than a network: tensors, or any other variables
Outputs = Callable[[np.ndarray], np.ndarray]  # kinds of rows -> outputs to replace the discriminator's own, NaN where its own stays


class OutputGradient(NamedTuple):
    """The gradient of a loss at the discriminator's outputs."""

    network: str  # the network that the gradient is computed for, IMAGES for a gradient penalty, or ELSEWHERE
    gradient: np.ndarray  # (n,)


class DiscriminatorCall(NamedTuple):
    """One call of the discriminator."""

    inputs: Any
    kinds: np.ndarray  # (n,) of each row: real, fake or other
    gradients: list[OutputGradient]


class Step(NamedTuple):
    """What one training step did."""

    calls: list[DiscriminatorCall]
    samples: list[np.ndarray]  # the generator's outputs
    gradients: dict[str, dict[str, float | None]]  # network -> its variables -> norm of the gradient; None: no path to the loss
    updated: list[list[str]]  # for each call of an optimiser, the networks whose variables it was given
    optimizers: dict[str, keras.optimizers.Optimizer]
    statistics_moved: dict[str, bool | None]  # network -> whether batch statistics were updated; None if it has none


class StepRecorder:
    """Wraps what a training step calls, and fills a `Step`."""

    def __init__(self, generator: keras.Model, discriminator: keras.Model, batch: Any, outputs: Outputs | None) -> None:
        self.networks = {"generator": generator, "discriminator": discriminator}
        self.owner = {id(variable): name for name, network in self.networks.items() for variable in _tf_variables(network.trainable_variables)}
        self.path = {id(variable.value): variable.path for network in self.networks.values() for variable in network.trainable_variables}
        self.batch, self.outputs = batch, outputs
        self.gradient_for = ELSEWHERE
        self.step = Step([], [], {"generator": {}, "discriminator": {}}, [], {}, {})

    @contextmanager
    def recording(self) -> Iterator[None]:
        """Record while the `with` block lasts."""
        with ExitStack() as stack:
            stack.enter_context(wrapped(self.networks["generator"], "call", self._record_samples))
            stack.enter_context(wrapped(self.networks["discriminator"], "call", self._record_discriminator))
            stack.enter_context(wrapped(tf.GradientTape, "gradient", self._record_gradient))
            stack.enter_context(wrapped(keras.optimizers.Optimizer, "apply", self._record_update))
            yield

    def _record_samples(self, call: Callable[..., Any]) -> Callable[..., Any]:
        def recorded(inputs: Any, *given: Any, **named: Any) -> Any:
            images = call(inputs, *given, **named)
            self.step.samples.append(images.numpy())
            return images

        return recorded

    def _record_discriminator(self, call: Callable[..., Any]) -> Callable[..., Any]:
        def recorded(inputs: Any, *given: Any, **named: Any) -> Any:
            outputs = call(inputs, *given, **named)
            kinds = self._kinds(inputs)
            if self.outputs:
                chosen = np.reshape(self.outputs(kinds), (-1,) + (1,) * (len(outputs.shape) - 1)).astype("float32")
                outputs = tf.where(np.isnan(chosen), outputs, outputs * 0 + np.nan_to_num(chosen))
            self.step.calls.append(DiscriminatorCall(inputs, kinds, []))
            return self._record_output_gradients(outputs, self.step.calls[-1])

        return recorded

    def _record_output_gradients(self, outputs: tf.Tensor, call: DiscriminatorCall) -> tf.Tensor:
        """The same outputs; gradients that flow back through them are recorded."""

        @tf.custom_gradient  # type: ignore[untyped-decorator]
        def identity(given: tf.Tensor) -> tuple[tf.Tensor, Callable[[tf.Tensor], tf.Tensor]]:
            def flow_back(upstream: tf.Tensor) -> tf.Tensor:
                call.gradients.append(OutputGradient(self.gradient_for, upstream.numpy().reshape(len(call.kinds), -1).sum(axis=1)))
                return tf.identity(upstream)

            return tf.identity(given), flow_back

        return identity(outputs)

    def _record_gradient(self, gradient: Callable[..., Any]) -> Callable[..., Any]:
        def recorded(tape: tf.GradientTape, target: Any, sources: Any, *given: Any, **named: Any) -> Any:
            flat = _tf_variables(tf.nest.flatten(sources))
            before, self.gradient_for = self.gradient_for, self._network_of(flat)
            try:
                gradients = gradient(tape, target, sources, *given, **named)
            finally:
                network, self.gradient_for = self.gradient_for, before
            for source, part in zip(flat, tf.nest.flatten(gradients), strict=True):
                if network in self.networks and id(source) in self.path:
                    self.step.gradients[network][self.path[id(source)]] = None if part is None else float(tf.norm(_dense(part)))
            return gradients

        return recorded

    def _network_of(self, sources: list[Any]) -> str:
        """The network that all variables among the sources of a gradient belong to."""
        owners = {self.owner.get(id(source), ELSEWHERE) for source in sources if isinstance(source, tf.Variable)}
        networks = owners - {ELSEWHERE}
        return IMAGES if not owners else networks.pop() if len(networks) == 1 else ELSEWHERE

    def _record_update(self, apply: Callable[..., Any]) -> Callable[..., Any]:
        def recorded(optimizer: keras.optimizers.Optimizer, gradients: Any, variables: Any = None) -> None:
            given = _tf_variables(optimizer._trainable_variables if variables is None else variables)
            networks = sorted({self.owner[id(variable)] for variable in given if id(variable) in self.owner})
            self.step.updated.append(networks)
            self.step.optimizers.update(dict.fromkeys(networks, optimizer))

        return recorded

    def _kinds(self, inputs: Any) -> np.ndarray:
        """The kind of each row: an image of the batch, an output of the generator, or something else."""
        shape = image_shape(self.batch)
        real = {row.tobytes() for images in images_in(self.batch, shape) for row in images.astype("float32")}
        fake = {row.tobytes() for images in self.step.samples for row in images.astype("float32")}
        images = images_in(inputs, shape) or [np.zeros((len(arrays(inputs)[0]), 1))]
        raw = [row.tobytes() for row in images[0].astype("float32")]
        return np.array([FAKE if row in fake else REAL if row in real else OTHER for row in raw])


def _tf_variables(variables: Any) -> list[Any]:
    """The TensorFlow variables behind Keras' own; a tape may be given either."""
    return [variable.value if isinstance(variable, keras.Variable) else variable for variable in variables]


def _dense(gradient: Any) -> tf.Tensor:
    return tf.cast(tf.convert_to_tensor(gradient), tf.float32)
