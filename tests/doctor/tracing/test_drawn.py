"""What is drawn after training, and from which network, in a small GAN on points: each mistake is named in its line, nothing else is."""

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from pipeline.doctor.attach import attach
from pipeline.doctor.diagnosis.findings import Finding
from tests.sampled import sampled

LATENTS, BATCH, STEPS = 8, 32, 260
Drawing = Callable[["Gan"], Any]


def generator(momentum: float) -> keras.Model:
    small = keras.initializers.RandomNormal(stddev=0.02, seed=0)
    layers = [
        keras.layers.Dense(16, kernel_initializer=small),
        keras.layers.BatchNormalization(momentum=momentum),
        keras.layers.LeakyReLU(),
        keras.layers.Dense(3),
    ]
    return keras.Sequential([keras.Input((LATENTS,)), *layers])


class Gan:
    """A logistic GAN with a compiled step and an averaged generator."""

    def __init__(self, decay: float = 0.9, momentum: float = 0.9, averaged: str = "weights", copied: bool = True) -> None:
        keras.utils.set_random_seed(0)
        self.generator, self.average = generator(momentum), generator(momentum)
        if copied:
            self.average.set_weights(self.generator.get_weights())
        self.discriminator = keras.Sequential([keras.Input((3,)), keras.layers.Dense(16, "relu"), keras.layers.Dense(1)])
        self.optimizers = [keras.optimizers.Adam(0.002, 0.5), keras.optimizers.Adam(0.002, 0.5)]
        self.decay, self.averaged = decay, averaged
        self.step = tf.function(self._step)

    def _step(self, real: Any) -> None:
        for optimizer, network in zip(self.optimizers, (self.discriminator, self.generator), strict=True):
            with tf.GradientTape() as tape:
                fake = self.discriminator(self.generator(tf.random.normal((BATCH, LATENTS)), training=True), training=True)
                loss = tf.reduce_mean(tf.nn.softplus(-fake))
                if network is self.discriminator:
                    loss = tf.reduce_mean(tf.nn.softplus(fake)) + tf.reduce_mean(tf.nn.softplus(-self.discriminator(real, training=True)))
            optimizer.apply(tape.gradient(loss, network.trainable_variables), network.trainable_variables)

    def train(self, steps: int = STEPS) -> None:
        random = np.random.default_rng(0)
        for _ in range(steps):
            self.step(tf.constant(random.uniform(-1, 1, (BATCH, 3)).astype("float32")))
            if self.averaged:
                for average, weight in zip(getattr(self.average, self.averaged), getattr(self.generator, self.averaged), strict=True):
                    average.assign(self.decay * average + (1 - self.decay) * weight)


def noise(rows: int = 64) -> Any:
    return tf.random.normal((rows, LATENTS))


def interpolated(gan: Gan) -> Any:
    return gan.generator(tf.linspace(tf.random.normal((LATENTS,)), tf.random.normal((LATENTS,)), 30), training=False)


def found(gan: Gan, draw: Drawing, steps: int = STEPS) -> list[Finding]:
    with attach() as doctor:
        gan.train(steps)
        draw(gan)
        return [finding for finding in doctor.report().findings if finding.severity != "note"]


MISTAKES: dict[str, tuple[dict[str, Any], Drawing]] = {
    "average_never_moves": ({"averaged": ""}, lambda gan: gan.average.predict(noise(), verbose=0)),
    "average_without_statistics": ({"averaged": "trainable_variables"}, lambda gan: gan.average(noise(), training=False)),
    "samples_from_untrained_network": ({"averaged": ""}, lambda gan: generator(0.9)(noise(), training=False)),
    "latents_drawn_differently": ({}, lambda gan: gan.generator(tf.random.uniform((64, LATENTS)), training=False)),
    "samples_drawn_differ": ({"momentum": 0.99999}, lambda gan: gan.generator.predict(noise(), verbose=0)),
    "drawn_one_by_one": ({}, lambda gan: [gan.generator(noise(1), training=True) for _ in range(20)]),
    "average_lags": ({"decay": 0.9999}, lambda gan: gan.average(noise(), training=False)),
}


@pytest.mark.parametrize("mistake", sampled(MISTAKES, ["average_never_moves"]))
def test_a_mistake_outside_of_the_step_is_named_in_its_line(mistake: str) -> None:
    settings, draw = MISTAKES[mistake]
    (finding,) = found(Gan(**settings), draw, 1000 if mistake == "average_lags" else STEPS)
    assert finding.id == mistake
    assert finding.where.endswith(f"test_drawn.py:{draw.__code__.co_firstlineno}")


HEALTHY: dict[str, tuple[dict[str, Any], Drawing]] = {
    "the average, with everything in it": ({}, lambda gan: gan.average(noise(), training=False)),
    "the generator": ({}, lambda gan: gan.generator.predict(noise(), verbose=0)),
    "one at a time": ({}, lambda gan: [gan.generator(noise(1), training=False) for _ in range(20)]),
    "truncated noise": ({}, lambda gan: gan.generator(0.5 * noise(), training=False)),
    "an interpolation": ({}, interpolated),
    "a first copy beside the generator": ({"averaged": ""}, lambda gan: [gan.average(noise(), training=False), gan.generator(noise())]),
    "a copy that is only kept": ({"averaged": ""}, lambda gan: None),
    "statistics are not used": ({"averaged": "trainable_variables"}, lambda gan: gan.average(noise(), training=True)),
    "another network that takes over the weights": ({"copied": False, "averaged": ""}, lambda gan: taken_over(gan)),
}


def taken_over(gan: Gan) -> Any:
    gan.average.set_weights(gan.generator.get_weights())
    return gan.average(noise(), training=False)


@pytest.mark.slow
@pytest.mark.parametrize("kind", HEALTHY)
def test_nothing_is_found_where_nothing_is_wrong(kind: str) -> None:
    settings, draw = HEALTHY[kind]
    assert found(Gan(**settings), draw) == []
