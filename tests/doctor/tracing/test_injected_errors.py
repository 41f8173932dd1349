"""Whatever fails in the doctor, the training ends with the same bytes, and the report says that something was not checked.

The places are found in the modules themselves: a new function is covered by itself.
"""

import importlib
import inspect
import pkgutil
from collections.abc import Iterator
from typing import Any
from unittest import mock

import keras
import numpy as np
import pytest
import tensorflow as tf

from pipeline.doctor import conclusions, tracing
from pipeline.doctor.attach import Attached
from pipeline.doctor.diagnosis import diagnose, rules
from pipeline.doctor.evidence import layers, networks, probe
from pipeline.doctor.tracing import loop, session
from pipeline.doctor.tracing.look import UNTOUCHED

Place = tuple[Any, str]  # a module or a class, and a name in it
# What keeps errors away, and what must run for the user's own function to be called at all.
MACHINERY = {
    "Guard.part",
    "Guard.__init__",
    "_Part.__init__",
    "_Part.__enter__",
    "_Part.__exit__",
    "reason",
    "Session.runs",
    "Hooks.recording",
    "Hooks.__init__",
    "Hooks.install",
    "Hooks.remove",
    "Hooks._restore",
}
MACHINERY |= {"Session.__init__", "Session.install", "Session.close", "unit_hooks", "_is_of_a_library", "_converted"}
SWALLOWED = ("flush",)  # Python's logging drops errors of the stream that it flushes, so the doctor never learns of them
REAL = np.random.default_rng(0).normal(size=(6, 2)).astype("float32")


class InjectedError(Exception):
    """Raised in the doctor by the tests."""


def modules() -> Iterator[Any]:
    for package in (tracing, rules):
        for found in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
            yield importlib.import_module(found.name)
    yield from (conclusions, diagnose, layers, networks, probe)


def places() -> Iterator[tuple[str, Place]]:
    """All functions, methods and properties of the modules."""
    for module in modules():
        for name, thing in vars(module).items():
            if getattr(thing, "__module__", "") != module.__name__:
                continue
            if inspect.isfunction(thing):
                yield f"{module.__name__.removeprefix('pipeline.doctor.')}: {name}", (module, name)
            elif inspect.isclass(thing) and not issubclass(thing, (tuple, Exception)):
                for method, of in vars(thing).items():
                    if inspect.isfunction(of) or isinstance(of, property):
                        yield f"{module.__name__.removeprefix('pipeline.doctor.')}: {name}.{method}", (thing, method)


PLACES = {name: place for name, place in places() if name.split(": ")[1] not in MACHINERY}


class Gan:
    """A GAN of two layers, and a step that is written once.

    Args:
        compiled: whether the step is compiled.
    """

    def __init__(self, compiled: bool) -> None:
        keras.utils.set_random_seed(0)
        self.networks = [
            keras.Sequential([keras.Input((2,)), keras.layers.Dense(3), keras.layers.BatchNormalization(), keras.layers.Dense(2)]),
            keras.Sequential([keras.Input((2,)), keras.layers.Dense(3, "relu"), keras.layers.Dense(1)]),
        ]
        self.optimizers = [keras.optimizers.SGD(0.1), keras.optimizers.SGD(0.1)]
        self.step = tf.function(self._step) if compiled else self._step

    def _step(self, real: Any) -> Any:
        generator, discriminator = self.networks
        with tf.GradientTape() as tape, tf.GradientTape() as other:
            samples = generator(tf.random.normal((6, 2)), training=True)
            fake = discriminator(samples, training=True)
            loss = tf.reduce_mean(tf.nn.softplus(-discriminator(real, training=True)) + tf.nn.softplus(fake))
            of_generator = tf.reduce_mean(tf.nn.softplus(-fake))
        self.optimizers[0].apply(tape.gradient(loss, discriminator.trainable_variables), discriminator.trainable_variables)
        self.optimizers[1].apply(other.gradient(of_generator, generator.trainable_variables), generator.trainable_variables)
        return loss

    def train(self) -> list[bytes]:
        losses = [np.asarray(self.step(tf.constant(REAL))).tobytes() for _ in range(12)]
        variables = [variable for network in self.networks for variable in network.variables]
        return [*losses, *(np.asarray(variable).tobytes() for variable in variables), np.asarray(tf.random.normal((2,))).tobytes()]


@pytest.fixture(autouse=True)
def _looks_often(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (session, loop):
        monkeypatch.setattr(module, "WINDOW", 3)


@pytest.fixture(scope="module", params=[True, False], ids=["compiled", "eager"])
def expected(request: pytest.FixtureRequest) -> tuple[bool, list[bytes]]:
    return request.param, Gan(request.param).train()


def failing(owner: Any, name: str, calls: list[str]) -> Any:
    """A patch by which a function or a property raises an error."""

    def fail(*_: Any, **__: Any) -> Any:
        calls.append(name)
        raise InjectedError(name)

    return mock.patch.object(owner, name, property(fail) if isinstance(vars(owner)[name], property) else fail)


def survives(expected: tuple[bool, list[bytes]], place: Place) -> bool:
    """Train with an error at a place; gives whether it was reached."""
    compiled, seen = expected
    calls: list[str] = []
    with Attached() as doctor:
        gan = Gan(compiled)
        with failing(*place, calls):
            assert gan.train() == seen
            report = doctor.report()
    assert not calls or place[1] in SWALLOWED or any(InjectedError.__name__ in why for why in report.not_checked.values())
    return bool(calls)


def test_without_an_error_the_bytes_are_the_same_and_all_is_checked(expected: tuple[bool, list[bytes]]) -> None:
    compiled, seen = expected
    with Attached() as doctor:
        assert Gan(compiled).train() == seen
        report = doctor.report()
        assert report.networks
        assert set(report.not_checked) == (set() if compiled else {UNTOUCHED})


# Which tests run how often: `make test` takes every 60th place, `make test-all` every sixth, `make test-exhaustive` the others.
FAST = [name for number, name in enumerate(PLACES) if number % 60 == 0]
SIXTH = list(PLACES)[::6]
# An eager step is observed by these; what is concluded from it does not know the difference.
EAGER = [name for name in PLACES if name.startswith(("tracing.loop", "tracing.marks", "tracing.hooks", "tracing.recorder"))]


def rare(name: str) -> list[pytest.MarkDecorator]:
    return [pytest.mark.slow] if name in SIXTH else [pytest.mark.slow, pytest.mark.exhaustive]


@pytest.mark.parametrize("expected", [True], indirect=True, ids=["compiled"])
@pytest.mark.parametrize("name", [pytest.param(name, marks=[] if name in FAST else rare(name)) for name in PLACES])
def test_an_error_of_the_doctor_does_not_reach_a_compiled_training(expected: tuple[bool, list[bytes]], name: str) -> None:
    survives(expected, PLACES[name])


@pytest.mark.parametrize("expected", [False], indirect=True, ids=["eager"])
@pytest.mark.parametrize("name", [pytest.param(name, marks=rare(name)) for name in EAGER])
def test_an_error_of_the_doctor_does_not_reach_an_eager_training(expected: tuple[bool, list[bytes]], name: str) -> None:
    survives(expected, PLACES[name])
