"""Replaces the few methods of Keras and TensorFlow that every training step uses, and tells the active recorder what happens.

Each hook calls the original exactly once. What a hook does besides is guarded: it cannot raise an error into the user's code.
"""

import functools
import inspect
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import keras
import tensorflow as tf
from keras import tree

from pipeline.doctor.tracing.guard import Guard
from pipeline.doctor.tracing.places import Place, caller_place
from pipeline.doctor.tracing.recorder import Recorder

Function = type(tf.function(lambda: None))
Hook = Callable[[Callable[..., Any]], Callable[..., Any]]
INSTALLED: list["Hooks"] = []  # in their order


class Hooks:
    """The installed hooks.

    Attributes:
        recorder: the active recorder, or None.
        inline: whether compiled functions are run as the Python functions that they were made from.
    """

    def __init__(self, guard: Guard) -> None:
        self.guard = guard
        self.recorder: Recorder | None = None
        self.inline = False
        self.built: weakref.WeakKeyDictionary[Any, Place] = weakref.WeakKeyDictionary()  # the line that made a layer, an optimizer or a schedule
        self.models: weakref.WeakSet[keras.Layer] = weakref.WeakSet()  # all that live, and layers that were called like a model
        self.removed = False
        self._originals: list[tuple[type, str, Any]] = []

    def install(self, replaced: dict[tuple[type, str], Hook]) -> None:
        """Install the hooks of this module and others, each a function of the original method."""
        replaced = {
            (keras.Layer, "__init__"): self._init,
            (keras.Layer, "__call__"): self._call,
            (keras.layers.BatchNormalization, "call"): self._batch_norm,
            (tf.GradientTape, "gradient"): self._gradient,
            (keras.Model, "predict"): self._predict,
            (keras.Model, "predict_on_batch"): self._predict,
            **{(kind, "apply"): self._apply for kind in _optimizers_with("apply")},
            **{(kind, "__init__"): self._init for kind in (_base_of_optimizers(), *_schedules())},
        } | replaced
        for (kind, name), hook in replaced.items():
            original = getattr(kind, name)
            self._originals.append((kind, name, vars(kind).get(name)))
            # The copied __module__ keeps autograph from converting the hook: it leaves Keras and TensorFlow as they are.
            installed = functools.wraps(original)(hook(original))
            installed.__signature__ = inspect.signature(original)  # type: ignore[attr-defined]  # Keras reads names of arguments when it saves a layer
            setattr(kind, name, installed)
        INSTALLED.append(self)

    def remove(self) -> None:
        """Put the original methods back; those of hooks that were installed later call these ones, which then wait until those are removed."""
        self.removed = True
        while INSTALLED and INSTALLED[-1].removed:
            INSTALLED.pop()._restore()

    def _restore(self) -> None:
        while self._originals:
            kind, name, original = self._originals.pop()
            if original is None:  # it was inherited
                delattr(kind, name)
            else:
                setattr(kind, name, original)

    @contextmanager
    def recording(self, recorder: Recorder | None, inline: bool = False) -> Iterator[None]:
        """Make a recorder the active one for the length of the `with` block."""
        before = self.recorder, self.inline
        self.recorder, self.inline = recorder, inline
        try:
            yield
        finally:
            self.recorder, self.inline = before

    def _init(self, original: Callable[..., Any]) -> Callable[..., Any]:
        def hook(made: Any, *given: Any, **named: Any) -> None:
            original(made, *given, **named)
            if self.recorder is not None:
                with self.guard.part("the line of a layer"):
                    if isinstance(made, keras.Model):
                        self.models.add(made)
                    place = caller_place()
                    if place:
                        self.built[made] = place

        return hook

    def _call(self, original: Callable[..., Any]) -> Callable[..., Any]:
        def hook(layer: keras.Layer, *given: Any, **named: Any) -> Any:
            recorder, follows = self.recorder, False
            if recorder is not None:
                with self.guard.part("a network's call"):
                    follows = recorder.follows(layer) and not _is_symbolic((given, named))
                    follows &= tf.executing_eagerly() or not recorder.eager
                    if follows:
                        self.models.add(layer)
                        recorder.begin_call()
            if recorder is None or not follows:
                return original(layer, *given, **named)
            try:
                outputs = original(layer, *given, **named)
            except BaseException:
                with self.guard.part("a network's call"):
                    recorder.abandon_call()
                raise
            with self.guard.part("a network's call"):
                outputs = recorder.end_call(layer, _inputs(given, named), outputs)
            return outputs

        return hook

    def _predict(self, original: Callable[..., Any]) -> Callable[..., Any]:
        def hook(model: keras.Model, *given: Any, **named: Any) -> Any:
            recorder = self.recorder
            with self.recording(None):  # its compiled function is Keras' own
                outputs = original(model, *given, **named)
            if recorder is not None:
                with self.guard.part("a network's prediction"):
                    recorder.begin_call()
                    recorder.end_call(model, _inputs(given[:1], {}), outputs)
            return outputs

        return hook

    def _batch_norm(self, original: Callable[..., Any]) -> Callable[..., Any]:
        def hook(layer: keras.layers.BatchNormalization, inputs: Any, training: Any = None, mask: Any = None) -> Any:
            if self.recorder is not None:
                with self.guard.part("a batch normalisation"):
                    self.recorder.batch_norm(bool(training) and layer.trainable)
            return original(layer, inputs, training=training, mask=mask)

        return hook

    def _gradient(self, original: Callable[..., Any]) -> Callable[..., Any]:
        def hook(tape: tf.GradientTape, target: Any, sources: Any, *given: Any, **named: Any) -> Any:
            recorder = self.recorder
            if recorder is None or (recorder.eager and not tf.executing_eagerly()):  # as inside of a Jacobian
                return original(tape, target, sources, *given, **named)
            outputs: dict[int, list[Any]] = {}
            with self.guard.part("a gradient"):
                sources = list(sources) if isinstance(sources, (zip, map, filter)) else sources
                outputs = recorder.outputs_so_far(sources)
            found = original(tape, target, [sources, outputs] if outputs else sources, *given, **named)
            found, at = found if outputs else (found, {})
            with self.guard.part("a gradient"):
                recorder.gradient(target, sources, found, at)
                found = recorder.with_slope(sources, found)
            return found

        return hook

    def _apply(self, original: Callable[..., Any]) -> Callable[..., Any]:
        def hook(optimizer: Any, grads: Any, trainable_variables: Any = None) -> Any:
            recorder = self.recorder
            if recorder is None or recorder.updating or (recorder.eager and not tf.executing_eagerly()):
                # An optimizer that wraps another applies twice.
                return original(optimizer, grads, trainable_variables)
            with self.guard.part("an update"):
                grads = list(grads)
                trainable_variables = trainable_variables if trainable_variables is None else list(trainable_variables)
                recorder.update(optimizer, grads, optimizer._trainable_variables if trainable_variables is None else trainable_variables)
            recorder.updating = True
            try:
                return original(optimizer, grads, trainable_variables)
            finally:
                recorder.updating = False
                with self.guard.part("an update"):
                    recorder.updated()

        return hook


def _optimizers_with(name: str) -> list[type]:
    """Keras' classes of optimizers that define a method."""
    kinds = {kind for value in vars(keras.optimizers).values() if isinstance(value, type) for kind in value.__mro__}
    return sorted((kind for kind in kinds if name in vars(kind) and kind.__module__.startswith("keras.")), key=lambda kind: kind.__qualname__)


def _base_of_optimizers() -> type:
    """The first class whose constructor that of every optimizer calls."""
    return next(kind for kind in keras.optimizers.Optimizer.__mro__ if "__init__" in vars(kind))


def _schedules() -> list[type]:
    """Keras' schedules of learning rates; their base has no constructor."""
    return [kind for kind in vars(keras.optimizers.schedules).values() if isinstance(kind, type) and "__init__" in vars(kind)]


def _inputs(given: tuple[Any, ...], named: dict[str, Any]) -> Any:
    """What a network was given: the first argument, or all if there are several that hold tensors."""
    parts = [part for part in (*given, *(value for name, value in named.items() if name not in ("training", "mask"))) if part is not None]
    return parts[0] if len(parts) == 1 else parts


def _is_symbolic(structure: Any) -> bool:
    return any(isinstance(leaf, keras.KerasTensor) for leaf in tree.flatten(structure))
