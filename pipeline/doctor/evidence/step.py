"""One training step of any Keras GAN, run eagerly and listened to: which network judged what, which way each loss pushed, who was to be updated.

Nothing is updated, and what a step changes in the models' variables (batch statistics, counters, states of seed generators) is put back; random
numbers that are drawn without a seed of their own go on from where the step left them. Listened to are the
two networks' calls, `tf.GradientTape.gradient` and the optimisers' `apply`; so the step may be written in any way that uses them.
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
IMAGES, ELSEWHERE = "images", "elsewhere"  # where gradients flow to besides the two networks: to tensors, to any other variables
Values = Callable[[np.ndarray], np.ndarray]  # kinds of rows -> outputs to put in the discriminator's place, NaN = its own


class Push(NamedTuple):
    """A loss's gradient at the discriminator's outputs, as it flows back to `network`, to images (in a penalty) or elsewhere."""

    network: str
    gradient: np.ndarray  # (n,)


class Judged(NamedTuple):
    """One call of the discriminator."""

    kinds: np.ndarray  # (n,) of each row: real, fake or other
    outputs: np.ndarray  # (n,)
    pushes: list[Push]


class Step(NamedTuple):
    """What was heard."""

    judged: list[Judged]
    fakes: list[np.ndarray]  # the generator's outputs
    discriminator_inputs: list[Any]
    gradients: dict[str, dict[str, float | None]]  # network -> its variables -> norm of the gradient; None: no path to the loss
    updated: list[list[str]]  # for each call of an optimiser, the networks whose variables it was given
    optimizers: dict[str, keras.optimizers.Optimizer]
    statistics_moved: dict[str, bool | None]  # network -> whether batch statistics were updated; None if it keeps none


def run_step(gan: keras.Model, generator: keras.Model, discriminator: keras.Model, batch: Any, values: Values | None = None) -> Step:
    """Run `gan.train_step(batch)` and put back what it changes; with `values`, other outputs stand in the discriminator's place."""
    listener = _Listener(generator, discriminator, batch, values)
    kept = [(variable, variable.numpy()) for variable in _distinct(gan.variables + generator.variables + discriminator.variables)]
    eager = tf.config.functions_run_eagerly()
    tf.config.run_functions_eagerly(True)
    try:
        with listener.listening():
            gan.train_step(batch)
        moved = {name: _statistics_moved(network, kept) for name, network in listener.networks.items()}
    finally:
        tf.config.run_functions_eagerly(eager)
        for variable, value in kept:
            variable.assign(value)
    return listener.step._replace(statistics_moved=moved)


class _Listener:
    def __init__(self, generator: keras.Model, discriminator: keras.Model, batch: Any, values: Values | None) -> None:
        self.networks = {"generator": generator, "discriminator": discriminator}
        self.owner = {id(variable): name for name, network in self.networks.items() for variable in _values(network.trainable_variables)}
        self.path = {id(variable.value): variable.path for network in self.networks.values() for variable in network.trainable_variables}
        self.batch, self.values = batch, values
        self.flowing_to = ELSEWHERE
        self.step = Step([], [], [], {"generator": {}, "discriminator": {}}, [], {}, {})

    @contextmanager
    def listening(self) -> Iterator[None]:
        with ExitStack() as stack:
            stack.enter_context(wrapped(self.networks["generator"], "call", self._hear_generator))
            stack.enter_context(wrapped(self.networks["discriminator"], "call", self._hear_discriminator))
            stack.enter_context(wrapped(tf.GradientTape, "gradient", self._hear_gradient))
            stack.enter_context(wrapped(keras.optimizers.Optimizer, "apply", self._hear_update))
            yield

    def _hear_generator(self, call: Callable[..., Any]) -> Callable[..., Any]:
        def heard(inputs: Any, *given: Any, **named: Any) -> Any:
            images = call(inputs, *given, **named)
            self.step.fakes.append(images.numpy())
            return images

        return heard

    def _hear_discriminator(self, call: Callable[..., Any]) -> Callable[..., Any]:
        def heard(inputs: Any, *given: Any, **named: Any) -> Any:
            outputs = call(inputs, *given, **named)
            kinds = self._kinds(inputs)
            if self.values:
                chosen = np.reshape(self.values(kinds), (-1,) + (1,) * (len(outputs.shape) - 1)).astype("float32")
                outputs = tf.where(np.isnan(chosen), outputs, outputs * 0 + np.nan_to_num(chosen))
            judged = Judged(kinds, outputs.numpy().reshape(len(kinds), -1).mean(axis=1), [])
            self.step.judged.append(judged)
            self.step.discriminator_inputs.append(inputs)
            return self._tapped(outputs, judged)

        return heard

    def _tapped(self, outputs: tf.Tensor, judged: Judged) -> tf.Tensor:
        @tf.custom_gradient  # type: ignore[untyped-decorator]
        def tap(given: tf.Tensor) -> tuple[tf.Tensor, Callable[[tf.Tensor], tf.Tensor]]:
            def flow_back(upstream: tf.Tensor) -> tf.Tensor:
                judged.pushes.append(Push(self.flowing_to, upstream.numpy().reshape(len(judged.kinds), -1).sum(axis=1)))
                return tf.identity(upstream)

            return tf.identity(given), flow_back

        return tap(outputs)

    def _hear_gradient(self, gradient: Callable[..., Any]) -> Callable[..., Any]:
        def heard(tape: tf.GradientTape, target: Any, sources: Any, *given: Any, **named: Any) -> Any:
            flat = _values(tf.nest.flatten(sources))
            before, self.flowing_to = self.flowing_to, self._destination(flat)
            try:
                found = gradient(tape, target, sources, *given, **named)
            finally:
                flowed_to, self.flowing_to = self.flowing_to, before
            for source, part in zip(flat, tf.nest.flatten(found), strict=True):
                if flowed_to in self.networks and id(source) in self.path:
                    self.step.gradients[flowed_to][self.path[id(source)]] = None if part is None else float(tf.norm(_dense(part)))
            return found

        return heard

    def _destination(self, sources: list[Any]) -> str:
        owners = {self.owner.get(id(source), ELSEWHERE) for source in sources if isinstance(source, tf.Variable)}
        networks = owners - {ELSEWHERE}
        return IMAGES if not owners else networks.pop() if len(networks) == 1 else ELSEWHERE

    def _hear_update(self, apply: Callable[..., Any]) -> Callable[..., Any]:
        def heard(optimizer: keras.optimizers.Optimizer, gradients: Any, variables: Any = None) -> None:
            given = _values(optimizer._trainable_variables if variables is None else variables)
            networks = sorted({self.owner[id(variable)] for variable in given if id(variable) in self.owner})
            self.step.updated.append(networks)
            self.step.optimizers.update(dict.fromkeys(networks, optimizer))

        return heard

    def _kinds(self, inputs: Any) -> np.ndarray:
        """Of each row: whether it is one of the batch's images, or one of the generator's."""
        shape = image_shape(self.batch)
        real = {row.tobytes() for images in images_in(self.batch, shape) for row in images.astype("float32")}
        fake = {row.tobytes() for images in self.step.fakes for row in images.astype("float32")}
        judged = images_in(inputs, shape) or [np.zeros((len(arrays(inputs)[0]), 1))]
        raw = [row.tobytes() for row in judged[0].astype("float32")]
        return np.array([FAKE if row in fake else REAL if row in real else OTHER for row in raw])


def _values(variables: Any) -> list[Any]:
    """The TensorFlow variables behind Keras' own: what a tape is given may be either."""
    return [variable.value if isinstance(variable, keras.Variable) else variable for variable in variables]


def _distinct(variables: list[Any]) -> list[Any]:
    return list({id(variable): variable for variable in variables}.values())


def _dense(gradient: Any) -> tf.Tensor:
    return tf.cast(tf.convert_to_tensor(gradient), tf.float32)


def _statistics_moved(network: keras.Model, kept: list[tuple[Any, np.ndarray]]) -> bool | None:
    statistics = {id(variable) for variable in network.non_trainable_variables if "moving_" in variable.name}
    moved = [not np.array_equal(value, variable.numpy()) for variable, value in kept if id(variable) in statistics]
    return any(moved) if moved else None
