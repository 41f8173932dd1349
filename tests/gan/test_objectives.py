"""Objectives at closed-form points, from both sides, and their gradients against formulas and finite differences in float64."""

from collections.abc import Callable
from typing import get_args

import numpy as np
import pytest
import tensorflow as tf

from pipeline.gan import objectives
from pipeline.gan.objectives import Objective, hinge, least_squares, non_saturating, relativistic, saturating, wasserstein
from pipeline.settings.variants import VariantSettings

LOG_2 = np.log(2)
OBJECTIVES: dict[str, Objective] = {name: getattr(objectives, name) for name in get_args(VariantSettings.model_fields["objective"].annotation)}
every_objective = pytest.mark.parametrize("objective", OBJECTIVES.values(), ids=OBJECTIVES)


def losses(objective: Objective, real: list[float] | np.ndarray, fake: list[float] | np.ndarray) -> tuple[float, float]:
    """The discriminator's and the generator's, in float64."""
    terms, generator = objective(tf.constant(real, tf.float64), tf.constant(fake, tf.float64))
    return float(sum(terms.values())), float(generator)


def sigmoid(logit: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-logit))


@pytest.mark.parametrize(
    ("objective", "real", "fake", "discriminator", "generator"),
    [
        (non_saturating, 0, 0, 2 * LOG_2, LOG_2),
        (non_saturating, 50, -50, 0, 50),
        (non_saturating, -50, 50, 100, 0),
        (saturating, 0, 0, 2 * LOG_2, -LOG_2),
        (saturating, 50, -50, 0, 0),
        (saturating, -50, 50, 100, -50),
        (least_squares, 1, 0, 0, 1),
        (least_squares, 0, 1, 2, 0),
        (least_squares, 3, -2, 8, 9),
        (wasserstein, 0, 0, 0, 0),
        (wasserstein, 2, -3, -5, 3),
        (wasserstein, -2, 3, 5, -3),
        (hinge, 0, 0, 2, 0),
        (hinge, 1, -1, 0, 1),
        (hinge, 7, -7, 0, 7),
        (hinge, -2, 3, 7, -3),
        (relativistic, 7, 7, LOG_2, LOG_2),
        (relativistic, -3, -3, LOG_2, LOG_2),
        (relativistic, 2, 0.5, np.log1p(np.exp(-1.5)), np.log1p(np.exp(1.5))),
        (relativistic, -50, 50, 100, 0),
    ],
)
def test_closed_form_points(objective: Objective, real: float, fake: float, discriminator: float, generator: float) -> None:
    assert losses(objective, [real], [fake]) == pytest.approx((discriminator, generator), abs=1e-12)
    assert losses(objective, [real, real], [fake, fake]) == pytest.approx((discriminator, generator), abs=1e-12)  # a mean, not a sum


# Of one pair: dD/dD(x), dD/dD(Gz), dG/dD(Gz).
GRADIENTS: dict[str, Callable[[np.ndarray, np.ndarray], tuple[np.ndarray, ...]]] = {
    "non_saturating": lambda x, g: (-sigmoid(-x), sigmoid(g), -sigmoid(-g)),
    "saturating": lambda x, g: (-sigmoid(-x), sigmoid(g), -sigmoid(g)),
    "least_squares": lambda x, g: (2 * (x - 1), 2 * g, 2 * (g - 1)),
    "wasserstein": lambda x, g: (-1 + 0 * x, 1 + 0 * g, -1 + 0 * g),
    "hinge": lambda x, g: (-1.0 * (x < 1), 1.0 * (g > -1), -1 + 0 * g),
    "relativistic": lambda x, g: (-sigmoid(g - x), sigmoid(g - x), -sigmoid(x - g)),
}


@pytest.mark.parametrize("name", OBJECTIVES)
def test_gradients_are_those_of_the_formula_and_of_finite_differences(name: str) -> None:
    objective, count, step = OBJECTIVES[name], 16, 1e-6
    real, fake = 3 * np.random.default_rng(0).normal(size=(2, count))
    x, g = tf.Variable(real), tf.Variable(fake)
    with tf.GradientTape(persistent=True) as tape:
        terms, generator = objective(x, g)
        discriminator = tf.add_n(list(terms.values()))
    got = [tape.gradient(discriminator, x), tape.gradient(discriminator, g), tape.gradient(generator, g)]
    for part, expected in zip(got, GRADIENTS[name](real, fake), strict=True):
        assert part.dtype == tf.float64
        assert part.numpy() * count == pytest.approx(expected, rel=1e-12, abs=1e-12)
    for index in range(count):
        nudge = step * (np.arange(count) == index)
        d_real = losses(objective, real + nudge, fake)[0] - losses(objective, real - nudge, fake)[0]
        d_fake, g_fake = np.subtract(losses(objective, real, fake + nudge), losses(objective, real, fake - nudge))
        for part, difference in zip(got, (d_real, d_fake, g_fake), strict=True):
            assert part[index].numpy() == pytest.approx(difference / (2 * step), rel=1e-6, abs=1e-9)


@every_objective
def test_terms_are_named_scalars(objective: Objective) -> None:
    terms, generator = objective(tf.zeros(3), tf.zeros(3))
    assert all(name.startswith("d_loss_") and term.shape == () for name, term in terms.items())
    assert generator.shape == ()


@every_objective
def test_they_stay_finite_where_exponentials_overflow(objective: Objective) -> None:
    assert np.isfinite(losses(objective, [1e4, -1e4], [-1e4, 1e4])).all()


@every_objective
def test_citation_and_formula_are_stated(objective: Objective) -> None:
    assert all(part in str(objective.__doc__) for part in ("D: ", "G: ", "arXiv:"))


def test_non_saturating_is_the_questions_sigmoid_cross_entropy_with_logits() -> None:
    real, fake = (np.random.default_rng(0).normal(size=(2, 64)) * 5).astype(np.float32)
    entropy = tf.nn.sigmoid_cross_entropy_with_logits
    terms = non_saturating(tf.constant(real), tf.constant(fake)).discriminator
    assert float(terms["d_loss_real"]) == pytest.approx(float(tf.reduce_mean(entropy(labels=tf.ones(64), logits=real))), rel=1e-6)
    assert float(terms["d_loss_fake"]) == pytest.approx(float(tf.reduce_mean(entropy(labels=tf.zeros(64), logits=fake))), rel=1e-6)


def test_a_sigmoid_applied_twice_bounds_the_losses() -> None:
    """Outputs within [0, 1] instead of logits: the question's losses cannot leave these bounds."""
    assert losses(non_saturating, [1.0], [0.0])[0] == pytest.approx(1.0064, abs=1e-4)
    assert losses(non_saturating, [0.0], [1.0])[0] == pytest.approx(2.0064, abs=1e-4)
    # Where the untrained second discriminator ends:
    assert losses(non_saturating, [1.0], [1.0]) == pytest.approx((1.6265, 0.3133), abs=1e-4)
