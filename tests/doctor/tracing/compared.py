"""Trains a small GAN from fixed seeds, with or without the doctor, and keeps every byte that a user could see."""

import contextlib
import io
import os
import random
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from pipeline.doctor.attach import Attached, attach
from tests.doctor.tracing.small_gans import Style

Seen = dict[str, bytes]


def trained(style: Style) -> Seen:
    """Everything that a training leaves behind, by what it is."""
    keras.backend.clear_session()
    keras.utils.set_random_seed(1)
    tf.random.set_global_generator(tf.random.Generator.from_seed(7))
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed), written_to_stderr() as stderr:
        holders = style()
        seen = {"stdout": printed.getvalue().encode(), "stderr": b"\n".join(line for line in stderr().splitlines() if line.startswith(b"said:"))}
    for number, holder in enumerate(holders):
        for place, variable in enumerate(holder if isinstance(holder, list) else holder.variables):
            seen[f"{number}: {type(holder).__name__} {place} {variable.name}"] = np.asarray(variable).tobytes()
    return seen | later()


def later() -> Seen:
    """The next numbers of every source of random numbers, and the next name of a layer."""
    numbers: dict[str, Callable[[], Any]] = {
        "random": random.random,
        "numpy": np.random.normal,
        "tf.random": lambda: tf.random.normal((3,)),
        "tf.random with a seed": lambda: tf.random.normal((3,), seed=9),
        "tf.random's generator": lambda: tf.random.get_global_generator().normal((3,)),
        "keras.random": lambda: keras.random.normal((3,)),
        "weights": lambda: keras.layers.Dense(2).kernel_initializer((2, 2)),
        "shuffle": lambda: next(iter(tf.data.Dataset.range(100).shuffle(100))),
    }
    names = [layer.name for layer in (keras.layers.Dense(1), keras.layers.Identity(), keras.Sequential(), keras.layers.Dropout(0.1))]
    return {f"the next {name}": np.asarray(draw()).tobytes() for name, draw in numbers.items()} | {"names": str(names).encode()}


def attached(style: Style) -> tuple[Seen, Attached]:
    """The same while the doctor follows."""
    originals = methods()
    with attach() as doctor:
        seen = trained(style)
        doctor.report()
    assert methods() == originals
    return seen, doctor


def methods() -> list[Any]:
    """The methods that the doctor replaces while it is attached."""
    return [
        keras.Layer.__call__,
        keras.Layer.__init__,
        keras.layers.BatchNormalization.call,
        keras.Model.__dict__.get("__call__"),
        keras.Model.predict,
        keras.Model.make_train_function,
        keras.optimizers.Adam.apply,
        tf.GradientTape.gradient,
        type(tf.function(lambda: None)).__call__,
    ]


def differences(one: Seen, other: Seen) -> list[str]:
    """What is not the same."""
    return [name for name in {**one, **other} if one.get(name) != other.get(name)]


@contextlib.contextmanager
def written_to_stderr() -> Iterator[Callable[[], bytes]]:
    """What the process writes to file descriptor 2, where `tf.print` writes."""
    with tempfile.NamedTemporaryFile() as file:
        before = os.dup(2)
        os.dup2(file.fileno(), 2)
        try:
            yield Path(file.name).read_bytes
        finally:
            os.dup2(before, 2)
            os.close(before)
