"""attach(): whether the generator is trained against the discriminator, what a penalty wants, and rows that are normalised batch by batch."""

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers

from pipeline.doctor.attach import attach
from pipeline.doctor.report import Report
from tests.doctor.test_attach_over_time import shown
from tests.doctor.tracing.small_gans import in_graph

BATCH, LATENTS, STEPS = 24, 5, 400
TABLE = np.random.default_rng(0).normal(2.0, [1.0, 0.5, 2.0, 1.5], (2400, 4)).astype("float32")
Losses = Callable[[Any, Any, Any, Any], tuple[Any, Any]]  # scores of real rows, of samples, real rows, samples -> both losses


def plain(of_real: Any, of_fake: Any, real: Any, fake: Any) -> tuple[Any, Any]:
    return tf.reduce_mean(tf.nn.softplus(-of_real)) + tf.reduce_mean(tf.nn.softplus(of_fake)), tf.reduce_mean(tf.nn.softplus(-of_fake))


def one_for_both(of_real: Any, of_fake: Any, real: Any, fake: Any) -> tuple[Any, Any]:
    total = sum(plain(of_real, of_fake, real, fake))
    return total, total


def beside(weight: float, adversarial: float = 1.0) -> Losses:
    """The generator is also to draw something near the real rows."""

    def losses(of_real: Any, of_fake: Any, real: Any, fake: Any) -> tuple[Any, Any]:
        of_discriminator, of_generator = plain(of_real, of_fake, real, fake)
        near = weight * tf.reduce_mean(tf.abs(fake - real))
        return of_discriminator, adversarial * of_generator + near if adversarial else near

    return losses


def critic(sign: Callable[[Any], Any]) -> Losses:
    def losses(of_real: Any, of_fake: Any, real: Any, fake: Any) -> tuple[Any, Any]:
        return sign(tf.reduce_mean(of_fake) - tf.reduce_mean(of_real)), -tf.reduce_mean(of_fake)

    return losses


def of_own_mean(of_real: Any, of_fake: Any, real: Any, fake: Any) -> tuple[Any, Any]:
    apart = [scores - tf.reduce_mean(scores) for scores in (of_real, of_fake)]
    return plain(apart[0], apart[1], real, fake)[0], plain(of_real, of_fake, real, fake)[1]


def hinge_on_the_wrong_side(of_real: Any, of_fake: Any, real: Any, fake: Any) -> tuple[Any, Any]:
    return tf.reduce_mean(tf.nn.relu(1 + of_real)) + tf.reduce_mean(tf.nn.relu(1 + of_fake)), -tf.reduce_mean(of_fake)


def each(slope: Any) -> Any:
    return (tf.norm(slope, axis=1) - 1) ** 2


def reversed_between(rows: Any) -> Any:
    """The gradient of what follows, turned round."""
    return 2 * tf.stop_gradient(rows) - rows


def between(real: Any, fake: Any) -> Any:
    weight = tf.random.uniform((BATCH, 1))
    return weight * real + (1 - weight) * fake


def report(
    losses: Losses = plain,
    penalty: Callable[[Any], Any] | None = None,
    at: Callable[[Any, Any], Any] = between,
    weight: float = 10.0,
    rows: Callable[[np.ndarray], np.ndarray] = lambda batch: batch,
    on_the_way: Callable[[Any], Any] = lambda samples: samples,
) -> Report:
    """The report on a training with one step for both networks; each argument is a place for a fault."""
    keras.utils.set_random_seed(0)
    generator = keras.Sequential([keras.Input((LATENTS,)), layers.Dense(16, "relu"), layers.Dense(4)])
    discriminator = keras.Sequential([keras.Input((4,)), layers.Dense(16, "leaky_relu"), layers.Dense(1)])
    optimizers = [keras.optimizers.Adam(0.001, 0.5) for _ in range(2)]

    @in_graph
    def step(real: Any) -> None:
        with tf.GradientTape(persistent=True) as tape:
            fake = generator(tf.random.normal((BATCH, LATENTS)), training=True)
            scores = discriminator(real, training=True), discriminator(on_the_way(fake), training=True)
            of_discriminator, of_generator = losses(*scores, real, fake)
            if penalty:
                points = at(real, fake)
                with tf.GradientTape() as inner:
                    inner.watch(points)
                    of_points = discriminator(points, training=True)
                of_discriminator += weight * tf.reduce_mean(penalty(inner.gradient(of_points, points)))
        for optimizer, network, loss in zip(optimizers, (discriminator, generator), (of_discriminator, of_generator), strict=True):
            optimizer.apply(tape.gradient(loss, network.trainable_variables), network.trainable_variables)

    random = np.random.default_rng(1)
    with attach() as doctor:
        for _ in range(STEPS):
            step(tf.constant(rows(TABLE[random.integers(0, len(TABLE), BATCH)])))
        return doctor.report()


def trained(**arguments: Any) -> list[str]:
    return shown(report(**arguments))


def to_ends(batch: np.ndarray) -> np.ndarray:
    low, high = batch.min(axis=0), batch.max(axis=0)
    return np.asarray(2 * (batch - low) / (high - low) - 1, "float32")


WASSERSTEIN = critic(lambda difference: difference)
FOUND: dict[str, tuple[dict[str, Any], str]] = {
    "both losses added up": ({"losses": one_for_both}, "one_loss_for_both"),
    "no adversarial term": ({"losses": beside(1.0, 0.0)}, "discriminator_not_asked"),
    "a huge other term": ({"losses": beside(1e5)}, "adversarial_part_lost"),
    "an absolute difference": ({"losses": critic(lambda difference: -abs(difference)), "penalty": each}, "order_not_wanted"),
    "a hinge on the wrong side": ({"losses": hinge_on_the_wrong_side}, "same_wanted_of_both"),
    "relative to its own mean": ({"losses": of_own_mean}, "scores_not_compared"),
    "a norm that is not squared": ({"losses": WASSERSTEIN, "penalty": lambda slope: tf.norm(slope, axis=1) - 1}, "penalty_wants_no_slope"),
    "one norm for the batch": ({"losses": WASSERSTEIN, "penalty": lambda slope: (tf.norm(slope) - 1) ** 2}, "penalty_wants_no_slope"),
    "a batch with itself": ({"losses": WASSERSTEIN, "penalty": each, "at": lambda real, fake: between(real, real)}, "penalty_at_real_rows"),
    "a penalty of no weight": ({"losses": WASSERSTEIN, "penalty": each, "weight": 1e-4}, "penalty_weight"),
    "a column in other units": ({"rows": lambda batch: np.float32(batch * [1, 1, 20000, 1])}, "unscaled_columns"),
    "standardised batches": ({"rows": lambda batch: (batch - batch.mean(axis=0)) / batch.std(axis=0)}, "normalised_by_batch"),
    "standardised as a whole": ({"rows": lambda batch: (batch - batch.mean()) / batch.std()}, "normalised_by_batch"),
    "batches from end to end": ({"rows": to_ends}, "normalised_by_batch"),
}
NOT_FOUND: dict[str, dict[str, Any]] = {
    "one loss, with its gradient turned round": {
        "losses": lambda of_real, of_fake, real, fake: (plain(of_real, of_fake, real, fake)[0],) * 2,
        "on_the_way": reversed_between,
    },
    "another term of the usual size": {"losses": beside(100.0)},
    "a gradient penalty": {"losses": WASSERSTEIN, "penalty": each},
    "a one-sided penalty": {"losses": WASSERSTEIN, "penalty": lambda slope: tf.nn.relu(tf.norm(slope, axis=1) - 1) ** 2},
    "R1": {"penalty": lambda slope: tf.reduce_sum(slope**2, axis=1), "at": lambda real, fake: tf.identity(real)},
    "standardised once": {"rows": lambda batch: (batch - TABLE.mean(axis=0)) / TABLE.std(axis=0)},
    "each row by itself": {"rows": lambda batch: batch - batch.mean(axis=1, keepdims=True)},
}


@pytest.mark.slow
@pytest.mark.parametrize("case", FOUND)
def test_a_mistake_is_named(case: str) -> None:
    arguments, name = FOUND[case]
    assert name in trained(**arguments)


@pytest.mark.slow
@pytest.mark.parametrize(("broken", "first"), [(1, "what the step is given"), (0, None)])
def test_a_few_broken_rows_are_named_as_the_first_that_is_not_finite(broken: int, first: str | None) -> None:
    batches: list[int] = []

    def one_broken(batch: np.ndarray) -> np.ndarray:
        batches.append(len(batch))
        return np.where(np.arange(BATCH)[:, None] < broken, np.nan, batch).astype("float32") if len(batches) == 137 else batch

    found = report(rows=one_broken).findings
    assert [(finding.evidence["first"], finding.evidence["step"]) for finding in found if finding.id == "not_finite"] == (
        [(first, 137)] if first else []
    )


@pytest.mark.slow
@pytest.mark.parametrize("case", NOT_FOUND)
def test_what_is_no_mistake_is_not_named(case: str) -> None:
    assert trained(**NOT_FOUND[case]) == []
