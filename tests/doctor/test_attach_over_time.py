"""attach(): what only several steps show is named, and nothing of the kind where nothing is wrong."""

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers

from pipeline.doctor.attach import attach
from pipeline.doctor.report import Report
from tests.conftest import ROOT
from tests.doctor.tracing.small_gans import in_graph
from tests.sampled import sampled

POINTS = np.random.default_rng(0).uniform(-1, 1, (2400, 4)).astype("float32")
SORTED = POINTS[np.argsort(POINTS.sum(axis=1))]
BATCH, LATENTS = 24, 5


def softplus_losses(real: Any, fake: Any) -> Any:
    return tf.reduce_mean(tf.nn.softplus(-real)) + tf.reduce_mean(tf.nn.softplus(fake))


def with_targets(real_target: Any, fake_target: Any) -> Callable[[Any, Any], Any]:
    """A logistic loss with given targets, each a number or a function of the shape."""

    def loss(real: Any, fake: Any) -> Any:
        targets = [target(tf.shape(s)) if callable(target) else target * tf.ones_like(s) for target, s in ((real_target, real), (fake_target, fake))]
        return sum(tf.reduce_mean(tf.nn.sigmoid_cross_entropy_with_logits(t, s)) for t, s in zip(targets, (real, fake), strict=True))

    return loss


def coin(shape: Any) -> Any:
    return tf.cast(tf.random.uniform(shape) < 0.5, tf.float32)


class Gan:
    """Two dense networks and a step of each; each argument is a place to put a fault into."""

    def __init__(
        self,
        noise: Callable[[], Any] = lambda: tf.random.normal((BATCH, LATENTS)),
        loss: Callable[[Any, Any], Any] = softplus_losses,
        optimizer: Callable[[], Any] = lambda: keras.optimizers.Adam(0.001, 0.5),
        activation: Any = None,
        penalty: str = "none",
        compiled: bool = True,
    ) -> None:
        keras.utils.set_random_seed(0)
        self.generator = keras.Sequential([keras.Input((LATENTS,)), layers.Dense(16, "relu"), layers.Dense(4, "tanh")])
        self.discriminator = keras.Sequential([keras.Input((4,)), layers.Dense(16, "leaky_relu"), layers.Dense(1, activation)])
        self.noise, self.loss, self.optimizer, self.penalty = noise, loss, optimizer, penalty
        self.of_generator, self.of_discriminator = optimizer(), optimizer()
        self.train_discriminator: Callable[[Any], None] = in_graph(self._discriminator) if compiled else self._discriminator
        self.train_generator: Callable[[Any], None] = in_graph(self._generator) if compiled else self._generator

    def _discriminator(self, real: Any) -> None:
        with tf.GradientTape() as tape:
            outputs = self.discriminator(tf.concat([real, self.generator(self.noise(), training=True)], 0), training=True)
            loss = self.loss(outputs[:BATCH], outputs[BATCH:])
            if self.penalty == "outside":
                with tape.stop_recording():
                    penalty = self._penalty(real)
                loss += penalty
            elif self.penalty == "used":
                loss += self._penalty(real)
            elif self.penalty == "unused":
                self._penalty(real)
        weights = self.discriminator.trainable_variables
        self.of_discriminator.apply(tape.gradient(loss, weights), weights)

    def _penalty(self, real: Any) -> Any:
        with tf.GradientTape() as tape:
            tape.watch(real)
            scores = self.discriminator(real, training=True)
        return tf.reduce_mean((tf.norm(tape.gradient(scores, real), axis=1) - 1) ** 2)

    def _generator(self, _: Any) -> None:
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(tf.nn.softplus(-self.discriminator(self.generator(self.noise(), training=True), training=True)))
        weights = self.generator.trainable_variables
        self.of_generator.apply(tape.gradient(loss, weights), weights)


def at_random(points: np.ndarray) -> Callable[[int], np.ndarray]:
    random = np.random.default_rng(1)
    return lambda number: points[random.integers(0, len(points), BATCH)]


def in_order(number: int) -> np.ndarray:
    return SORTED[np.arange(number * BATCH, (number + 1) * BATCH) % len(SORTED)]


def always(number: int) -> bool:
    return True


def never(number: int) -> bool:
    return False


def trained(
    gan: Gan,
    steps: int = 700,
    batch: Callable[[int], np.ndarray] | None = None,
    discriminator: Callable[[int], bool] = always,
    restart: Callable[[int], bool] = never,
) -> Report:
    """The report on a training; `discriminator` and `restart` say in which steps that happens."""
    batch = batch or at_random(POINTS)
    with attach() as doctor:
        for number in range(steps):
            real = tf.constant(batch(number))
            if restart(number):
                gan.of_generator, gan.of_discriminator = gan.optimizer(), gan.optimizer()
            if discriminator(number):
                gan.train_discriminator(real)
            gan.train_generator(real)
        return doctor.report()


def shown(report: Report) -> list[str]:
    return [finding.id for finding in report.findings if finding.severity != "note"]


def decaying() -> Any:
    return keras.optimizers.Adam(keras.optimizers.schedules.ExponentialDecay(0.001, 10, 0.5))


CASES: dict[str, tuple[Callable[[], Report], str]] = {
    "noise of NumPy in a compiled step": (
        lambda: trained(Gan(noise=lambda: np.random.normal(size=(BATCH, LATENTS)).astype("float32"))),
        "same_latents",
    ),
    "one row of noise": (lambda: trained(Gan(noise=lambda: tf.repeat(tf.random.normal((1, LATENTS)), BATCH, 0)), 200), "latents_alike_in_a_batch"),
    "little noise": (lambda: trained(Gan(noise=lambda: 0.01 * tf.random.normal((BATCH, LATENTS))), 200), "latent_scale"),
    "the same rows": (lambda: trained(Gan(), batch=lambda number: POINTS[:BATCH]), "few_real_rows"),
    "rows in order": (lambda: trained(Gan(), batch=in_order), "sorted_batches"),
    "a schedule in epochs": (lambda: trained(Gan(optimizer=decaying)), "rate_decays_early"),
    "a rate for another optimizer": (lambda: trained(Gan(optimizer=lambda: keras.optimizers.SGD(1e-5)), 1100), "hardly_moves"),
    "weight decay": (lambda: trained(Gan(optimizer=lambda: keras.optimizers.AdamW(0.005, weight_decay=50.0))), "weights_shrink"),
    "large steps": (lambda: trained(Gan(optimizer=lambda: keras.optimizers.RMSprop(0.5))), "steps_too_large"),
    "new optimizers": (lambda: trained(Gan(compiled=False), 400, restart=always), "optimizer_starts_again"),
    "trained at first alone": (lambda: trained(Gan(compiled=False), 600, discriminator=lambda number: number < 200), "stops_moving"),
    "trained now and then": (lambda: trained(Gan(), discriminator=lambda number: number % 40 == 0), "trained_rarely"),
    "a target of -1": (lambda: trained(Gan(loss=with_targets(1.0, -1.0)), 200), "targets_out_of_range"),
    "labels at random": (lambda: trained(Gan(loss=with_targets(coin, coin)), 200), "labels_at_random"),
    "softmax over rows": (lambda: trained(Gan(activation=lambda scores: keras.ops.softmax(scores, axis=0)), 200), "activation_over_batch"),
    "a penalty in no loss": (lambda: trained(Gan(penalty="unused"), 200), "penalty_not_in_loss"),
    "a penalty outside of the tape": (lambda: trained(Gan(penalty="outside"), 200), "penalty_not_in_loss"),
    "every score with every target": (lambda: trained(Gan(compiled=False, loss=against_each_other), 200), "broadcast_outputs"),
    "not a number": (lambda: trained(Gan(), 200, batch=lambda number: POINTS[:BATCH] * np.nan), "not_finite"),
}


def against_each_other(real: Any, fake: Any) -> Any:
    """Least squares of scores (n, 1) and targets (n,)."""
    scores, targets = tf.concat([real, fake], 0), tf.concat([tf.ones(BATCH), tf.zeros(BATCH)], 0)
    return tf.reduce_mean((scores - targets) ** 2)


@pytest.mark.parametrize("case", sampled(CASES, ["one row of noise"]))
def test_what_several_steps_show_is_named(case: str) -> None:
    train, name = CASES[case]
    assert name in shown(train())


@pytest.mark.slow
def test_a_rate_is_named_in_the_line_of_its_schedule() -> None:
    with attach() as doctor:  # what was made before has no known line
        gan, batch = Gan(optimizer=decaying), at_random(POINTS)
        for number in range(700):
            gan.train_discriminator(tf.constant(batch(number)))
            gan.train_generator(None)
        (finding,) = (each for each in doctor.report().findings if each.id == "rate_decays_early")
    file, _, line = finding.where.rpartition(":")
    assert "ExponentialDecay" in (ROOT / file).read_text().splitlines()[int(line) - 1]


@pytest.mark.slow
@pytest.mark.parametrize("gan", [{}, {"compiled": False}, {"penalty": "used"}, {"loss": with_targets(0.9, 0.0)}])
def test_nothing_is_named_where_nothing_is_wrong(gan: dict[str, Any]) -> None:
    assert shown(trained(Gan(**gan))) == []


class Border(keras.layers.Layer):
    """How bright the border of an image is, and how bright its inside."""

    def call(self, images: Any) -> Any:
        inside = keras.ops.mean(images[:, 1:-1, 1:-1], axis=(1, 2))
        return keras.ops.concatenate([100 * (keras.ops.mean(images, axis=(1, 2)) - inside * 36 / 64), inside], axis=1)


@pytest.mark.slow
@pytest.mark.parametrize(("border", "expected"), [(0.0, ["trivial_statistic"]), (1.0, [])])
def test_a_discriminator_that_looks_at_a_border_alone_is_found(border: float, expected: list[str]) -> None:
    random = np.random.default_rng(0)
    images = random.uniform(0, 1, (2400, 8, 8, 1)).astype("float32")
    images[:, [0, -1]] *= border
    images[:, :, [0, -1]] *= border
    gan = Gan()
    gan.generator = keras.Sequential([keras.Input((LATENTS,)), layers.Dense(64, "sigmoid"), layers.Reshape((8, 8, 1)), layers.GaussianNoise(0.1)])
    gan.discriminator = keras.Sequential([keras.Input((8, 8, 1)), Border(), layers.Dense(8, "leaky_relu"), layers.Dense(1)])
    found = shown(trained(gan, 1200, at_random(images)))
    assert [name for name in found if name == "trivial_statistic"] == expected


class RoundedLast(keras.layers.Layer):
    """Rounds the last column."""

    def call(self, rows: Any) -> Any:
        return keras.ops.concatenate([rows[:, :-1], keras.ops.round(rows[:, -1:])], axis=1)


@pytest.mark.slow
def test_a_column_that_is_rounded_has_no_gradient() -> None:
    gan = Gan()
    gan.generator = keras.Sequential([keras.Input((LATENTS,)), layers.Dense(16, "relu"), layers.Dense(4), RoundedLast()])
    (finding,) = [each for each in trained(gan, 300).findings if each.id == "outputs_without_gradient"]
    assert finding.evidence == {"outputs_without_gradient": [3], "of": 4}
