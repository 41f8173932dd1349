"""Units: the functions that a script calls again and again to train. Each is recognised where it is called, whatever loop calls it.

A unit is a Keras model's `train_step` (under `fit` or `train_on_batch`), or a function that `tf.function` compiled. The user's own compiled function
runs; before and after it, the session may look.
"""

import weakref
from collections.abc import Callable
from types import GeneratorType
from typing import Any, NamedTuple, Protocol

import keras
import tensorflow as tf
from tensorflow.python.autograph.core import ag_ctx, converter
from tensorflow.python.autograph.impl import api as autograph

from pipeline.doctor.tracing.hooks import Function, Hook, Hooks


class CannotReplayError(Exception):
    """The step cannot be run a second time without a change for the user's training."""


class Unit(NamedTuple):
    """A function that trains, as the doctor traces it.

    Attributes:
        key: the same for every call of the same function with the same flags.
        step: the Python function.
        model: the Keras model whose `train_step` it is, or None.
    """

    key: int
    step: Callable[..., Any]
    model: keras.Model | None


class Session(Protocol):
    """Who is asked around each call of a unit."""

    hooks: Hooks

    def runs(self, unit: Unit, arguments: tuple[Any, ...], run: Callable[[], Any]) -> Any:
        """Run the user's own function once, and look before and after it where a look is due."""

    def looks_next(self, key: int) -> bool:
        """Whether the next call of a unit will be looked at."""

    @property
    def inside(self) -> bool:
        """Whether a unit is being run: what it calls belongs to it."""

    @property
    def closed(self) -> bool:
        """Whether the hooks were removed."""


# What `_fed` made -> for which session, and from what.
FED: weakref.WeakKeyDictionary[Callable[[Any], Any], tuple[Session, Callable[[Any], Any]]] = weakref.WeakKeyDictionary()


def unit_hooks(session: Session) -> dict[tuple[type, str], Hook]:
    """The hooks that recognise units."""
    return {
        (Function, "__call__"): lambda original: _function_hook(session, original),
        (keras.Model, "make_train_function"): lambda original: _train_function_hook(session, original),
    }


def _function_hook(session: Session, original: Callable[..., Any]) -> Callable[..., Any]:
    def hook(function: Any, *given: Any, **named: Any) -> Any:
        if session.hooks.inline:
            return _converted(function)(*given, **named)
        if session.inside or session.closed or not tf.executing_eagerly() or tf.config.functions_run_eagerly() or _is_of_a_library(function):
            return original(function, *given, **named)
        unit = Unit(_key(function, (given, named)), lambda given, named: _converted(function)(*given, **named), None)
        return session.runs(unit, (given, named), lambda: original(function, *given, **named))

    return hook


def _key(function: Any, arguments: Any) -> int:
    """A function with a flag that says which network to train has a trace for each value of the flag, and each trace is a unit of its own."""
    flags = tuple(leaf for leaf in tf.nest.flatten(arguments) if isinstance(leaf, (bool, str)))
    return hash((id(function), flags)) if flags else id(function)


def _converted(function: Any) -> Callable[..., Any]:
    """The Python function behind a compiled one, converted as it is when it is compiled."""
    if not function._autograph:
        return function.python_function
    options = converter.ConversionOptions(recursive=True, user_requested=True, optional_features=function._experimental_autograph_options)
    enabled = ag_ctx.ControlStatusCtx(ag_ctx.Status.ENABLED, options)
    return autograph.tf_convert(function.python_function, enabled)


def _is_of_a_library(function: Any) -> bool:
    """Whether Keras or TensorFlow made it: the former are recognised by their model, the latter train nothing."""
    return str(getattr(function.python_function, "__module__", "")).startswith(("keras.", "tensorflow."))


def _train_function_hook(session: Session, original: Callable[..., Any]) -> Callable[..., Any]:
    def hook(model: keras.Model, *given: Any, **named: Any) -> Any:
        before = model.train_function
        made = original(model, *given, **named)
        own = model.train_function
        if own is not None and own is not before:
            with session.hooks.guard.part("the compiled training step"):
                follow_train_function(session, model)
        return made

    return hook


def follow_train_function(session: Session, model: keras.Model) -> None:
    """Recognise a model's own compiled step wherever `fit` or `train_on_batch` call it."""
    own = model.train_function
    fed = _fed(session, model, own)
    FED[fed] = session, own
    # The setattr of Keras objects would track the function as a part of the model.
    object.__setattr__(model, "train_function", fed)


def unfollow_train_function(session: Session, model: keras.Model) -> None:
    """Give a model its own compiled step back."""
    made = getattr(model, "train_function", None)
    if made is not None and made in FED and FED[made][0] is session:
        object.__setattr__(model, "train_function", FED[made][1])


def _fed(session: Session, model: keras.Model, own: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """A model's own compiled function; where a look is due, it is given the same batch through another iterator."""
    unit = Unit(id(model), lambda data: model.train_step(data), model)

    def train_function(iterator: Any) -> Any:
        # Python runs a step again and again that is not compiled: what it counts, keeps or draws would show a second run. So it is a loop's.
        if session.inside or session.closed or model.run_eagerly or tf.config.functions_run_eagerly():
            return own(iterator)
        if isinstance(iterator, GeneratorType):  # `train_on_batch` gives one of a single batch
            batches = list(iterator)
            return session.runs(unit, tuple(batches[:1]), lambda: own(iter(batches)))
        looking = False
        if isinstance(iterator, tf.data.Iterator) and model.steps_per_execution == 1:  # a strategy's iterator can do less
            with session.hooks.guard.part("the batch of a training step"):
                looking = session.looks_next(unit.key)
        if not looking:
            return session.runs(unit, (), lambda: own(iterator))
        try:
            batch = iterator.get_next()
        except tf.errors.OutOfRangeError:
            return own(iterator)  # it ends the epoch
        again: Any = iter([batch])  # which takes a trace of its own
        with session.hooks.guard.part("the batch of a training step"):
            again = _one_batch(batch, iterator.element_spec)
        return session.runs(unit, (batch,), lambda: own(again))

    return train_function


def _one_batch(batch: Any, spec: Any) -> Any:
    """An iterator over one batch, of the same specification as the one that the batch came from: no new trace is made for it."""
    return iter(tf.data.experimental.from_variant(tf.data.Dataset.from_tensors(batch)._variant_tensor, spec))
