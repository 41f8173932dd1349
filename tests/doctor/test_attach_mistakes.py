"""attach(): mistakes in who is trained, by whom and from which weights are named; the same GAN without the mistake has none."""

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers

from pipeline.doctor.diagnosis.findings import Finding
from tests.doctor.test_attach_over_time import BATCH, LATENTS, POINTS, Gan, at_random, shown, trained

Change = Callable[[Gan], None]
WIDE = np.random.default_rng(2).uniform(-1, 1, (600, 60)).astype("float32")
GIVEN = {
    "weights_left_out",
    "judged_by_a_copy",
    "constant_weights",
    "narrow_layer",
    "same_mean_score",
    "labels_without_class",
    "spectral_norm_at_rest",
    "gradients_pile_up",
    "gradient_fades",
    "network_built_again",
    "updates_far_apart",
}


def named(change: Change, data: np.ndarray | None = None) -> list[Finding]:
    """What is found of a GAN with a change, as far as it is about such mistakes."""
    gan = Gan()
    change(gan)
    report = trained(gan, 300) if data is None else trained(gan, 300, at_random(data))
    return [finding for finding in report.findings if finding.id in GIVEN]


class Apart(Gan):
    """The discriminator is given real rows and samples in two calls; the generator learns from `judge`, and some of its weights."""

    def __init__(self, judge: Callable[[Gan], Any], first: int = 0, last: list[layers.Layer] | None = None) -> None:
        super().__init__()
        if last:
            self.discriminator = keras.Sequential([keras.Input((4,)), layers.Dense(16, "leaky_relu"), *last])
        self.judge, self.first = judge(self), first

    def _discriminator(self, real: Any) -> None:
        with tf.GradientTape() as tape:
            fake = self.discriminator(self.generator(self.noise(), training=True), training=True)
            loss = self.loss(self.discriminator(real, training=True), fake)
        weights = self.discriminator.trainable_variables
        self.of_discriminator.apply(tape.gradient(loss, weights), weights)

    def _generator(self, _: Any) -> None:
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(tf.nn.softplus(-self.judge(self.generator(self.noise(), training=True), training=True)))
        weights = self.generator.trainable_variables[self.first :]
        self.of_generator.apply(tape.gradient(loss, weights), weights)


class Encoded(Apart):
    """The generator is given what an encoder makes of the noise; the encoder is trained with it, or left out, or frozen on purpose."""

    def __init__(self, trained: bool, trainable: bool) -> None:
        super().__init__(lambda gan: gan.discriminator)
        self.encoder = keras.Sequential([keras.Input((LATENTS,)), layers.Dense(LATENTS, "tanh")])
        self.encoder.trainable = trainable
        self.weights = self.generator.trainable_variables + (self.encoder.trainable_variables if trained else [])

    def _generator(self, _: Any) -> None:
        with tf.GradientTape() as tape:
            samples = self.generator(self.encoder(self.noise(), training=True), training=True)
            loss = tf.reduce_mean(tf.nn.softplus(-self.judge(samples, training=True)))
        self.of_generator.apply(tape.gradient(loss, self.weights), self.weights)


class Piling(Apart):
    """The generator's gradients are added to those of earlier steps; every fourth step they are set to zero, or never."""

    def __init__(self, zero: bool) -> None:
        super().__init__(lambda gan: gan.discriminator)
        self.zero = zero
        self.count = tf.Variable(0)
        self.sums = [tf.Variable(tf.zeros_like(weight)) for weight in self.generator.trainable_variables]

    def _generator(self, _: Any) -> None:
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(tf.nn.softplus(-self.judge(self.generator(self.noise(), training=True), training=True)))
        weights = self.generator.trainable_variables
        self.count.assign_add(1)
        keep = tf.cast(self.count % 4 != 0, tf.float32) if self.zero else 1.0
        for total, part in zip(self.sums, tape.gradient(loss, weights), strict=True):
            total.assign(keep * total + part)
        self.of_generator.apply([tf.convert_to_tensor(total) for total in self.sums], weights)


def of(gan: Gan) -> list[Finding]:
    return [finding for finding in trained(gan, 300).findings if finding.id in GIVEN]


@pytest.mark.slow
def test_a_discriminator_that_is_cloned_for_the_generators_turn_is_named() -> None:
    (found,) = of(Apart(lambda gan: keras.models.clone_model(gan.discriminator)))
    assert (found.id, found.severity) == ("judged_by_a_copy", "error")
    assert of(Apart(lambda gan: gan.discriminator)) == []


@pytest.mark.slow
@pytest.mark.parametrize(("zero", "expected"), [(False, ["gradients_pile_up"]), (True, [])])
def test_gradients_that_are_added_up_without_end_are_named(zero: bool, expected: list[str]) -> None:
    assert [found.id for found in trained(Piling(zero), 600).findings if found.id in GIVEN] == expected


@pytest.mark.slow
@pytest.mark.parametrize(("training", "expected"), [(False, ["spectral_norm_at_rest"]), (True, [])])
def test_spectral_normalisation_that_is_never_called_in_training_is_named(training: bool, expected: list[str]) -> None:
    gan = Apart(lambda gan: gan.discriminator, last=[layers.SpectralNormalization(layers.Dense(1))])
    if not training:
        inner = gan.discriminator
        call = inner.call
        inner.call = lambda inputs, training=None, mask=None: call(inputs, training=False)
    assert [found.id for found in of(gan)] == expected


@pytest.mark.slow
def test_weights_that_no_optimizer_is_given_are_named() -> None:
    (found,) = of(Apart(lambda gan: gan.discriminator, first=2))
    assert found.id == "weights_left_out"
    assert len(found.evidence["generator_weights"]) == 2
    assert found.evidence["of_generator"] == 4


@pytest.mark.slow
@pytest.mark.parametrize(("trained", "trainable"), [(False, True), (True, True), (False, False)])
def test_an_encoder_that_no_optimizer_is_given_is_named_unless_it_is_frozen(trained: bool, trainable: bool) -> None:
    gan = Encoded(trained, trainable)
    left_out = [found.evidence["networks_that_feed_the_generator"] for found in of(gan)]
    assert left_out == ([] if trained or not trainable else [[gan.encoder.name]])


@pytest.mark.slow
@pytest.mark.parametrize(
    ("last", "expected"),
    [
        (lambda: [layers.Dense(1), layers.BatchNormalization()], ["same_mean_score"]),
        (lambda: [layers.BatchNormalization(), layers.Dense(1)], ["same_mean_score"]),
        (lambda: [layers.BatchNormalization(), layers.LeakyReLU(), layers.Dense(1)], []),
    ],
)
def test_scores_that_are_normalised_over_a_batch_are_named(last: Callable[[], list[layers.Layer]], expected: list[str]) -> None:
    assert [found.id for found in of(Apart(lambda gan: gan.discriminator, last=last()))] == expected


def hidden(units: int, initializer: Any = "glorot_uniform") -> Change:
    """A change of the generator, which draws rows as wide as `WIDE`."""

    def change(gan: Gan) -> None:
        make = [keras.Input((LATENTS,)), layers.Dense(32, "leaky_relu", kernel_initializer=initializer)]
        make += [layers.Dense(units, "leaky_relu", kernel_initializer=initializer), layers.Dense(60, "tanh")]
        gan.generator = keras.Sequential(make)
        gan.discriminator = keras.Sequential([keras.Input((60,)), layers.Dense(16, "leaky_relu"), layers.Dense(1)])

    return change


@pytest.mark.slow
@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (hidden(1), ["narrow_layer"]),
        (hidden(16), []),
        (hidden(16, keras.initializers.Constant(0.05)), ["constant_weights"]),
        (hidden(16, keras.initializers.RandomNormal(0, 0.05)), []),
    ],
)
def test_layers_that_are_worth_one_unit_are_named(change: Change, expected: list[str]) -> None:
    assert [found.id for found in named(change, WIDE)] == expected


@pytest.mark.slow
@pytest.mark.parametrize(("depth", "expected"), [(3, ["labels_without_class"]), (6, []), (8, [])])
def test_labels_for_which_there_is_no_column_are_named(depth: int, expected: list[str]) -> None:
    gan = Gan(noise=lambda: tf.concat([tf.random.normal((BATCH, LATENTS - 2)), tf.one_hot(tf.random.uniform((BATCH,), 0, 6, tf.int32), depth)], 1))
    gan.generator = keras.Sequential([keras.Input((LATENTS - 2 + depth,)), layers.Dense(16, "relu"), layers.Dense(4, "tanh")])
    assert [name for name in shown(trained(gan, 1000)) if name in GIVEN] == expected


@pytest.mark.slow
@pytest.mark.parametrize(("activation", "expected"), [("sigmoid", ["gradient_fades"]), ("leaky_relu", [])])
def test_a_gradient_that_is_lost_in_saturating_layers_is_named(activation: str, expected: list[str]) -> None:
    gan = Apart(lambda gan: gan.discriminator)
    gan.generator = keras.Sequential([keras.Input((LATENTS,)), *(layers.Dense(24, activation) for _ in range(7)), layers.Dense(4, "tanh")])
    assert [found.id for found in of(gan)] == expected


@pytest.mark.slow
@pytest.mark.parametrize(("every", "expected"), [(80, ["network_built_again"]), (1000, [])])
def test_a_generator_that_is_made_anew_is_named(every: int, expected: list[str]) -> None:
    gan = Gan(compiled=False)

    def batch(number: int) -> np.ndarray:
        if number and number % every == 0:
            gan.generator, gan.of_generator = keras.models.clone_model(gan.generator), gan.optimizer()
        return at_random(POINTS)(number)

    assert [found.id for found in trained(gan, 400, batch).findings if found.id in GIVEN] == expected


@pytest.mark.slow
@pytest.mark.parametrize(("rate", "expected"), [(1e-3 / 30, ["updates_far_apart"]), (1e-3 / 3, [])])
def test_a_network_that_is_moved_by_far_smaller_updates_is_named(rate: float, expected: list[str]) -> None:
    gan = Apart(lambda gan: gan.discriminator)
    gan.of_generator = keras.optimizers.Adam(rate, 0.5)
    report = trained(gan, 600)
    assert [found.id for found in report.findings if found.id == "updates_far_apart"] == expected
