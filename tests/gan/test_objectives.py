"""Objectives at closed-form points, from both sides, and against an independent formula."""

import numpy as np
import pytest
import tensorflow as tf

from pipeline.gan.objectives import OBJECTIVES, NonSaturating, Relativistic

LOG_2 = np.log(2)


def total(objective, real, fake) -> float:
    return float(sum(objective.discriminator(tf.constant(real), tf.constant(fake)).values()))


@pytest.mark.parametrize("objective", OBJECTIVES.values(), ids=list(OBJECTIVES))
def test_what_is_recorded_is_what_is_declared(objective):
    terms = objective.discriminator(tf.zeros(3), tf.zeros(3))
    assert tuple(terms) == objective.terms
    assert all(term.shape == () for term in terms.values())


def test_non_saturating_at_closed_form_points():
    objective = NonSaturating()
    assert total(objective, [0.0], [0.0]) == pytest.approx(2 * LOG_2, rel=1e-6)
    assert float(objective.generator(tf.zeros(1), tf.zeros(1))) == pytest.approx(LOG_2, rel=1e-6)
    assert total(objective, [50.0], [-50.0]) == pytest.approx(0, abs=1e-6)
    assert total(objective, [-50.0], [50.0]) == pytest.approx(100, rel=1e-6)


def test_non_saturating_is_the_questions_sigmoid_cross_entropy_with_logits():
    real, fake = (np.random.default_rng(0).normal(size=(2, 64)) * 5).astype(np.float32)
    entropy = tf.nn.sigmoid_cross_entropy_with_logits
    terms = NonSaturating().discriminator(tf.constant(real), tf.constant(fake))
    assert float(terms["d_loss_real"]) == pytest.approx(float(tf.reduce_mean(entropy(labels=tf.ones(64), logits=real))), rel=1e-6)
    assert float(terms["d_loss_fake"]) == pytest.approx(float(tf.reduce_mean(entropy(labels=tf.zeros(64), logits=fake))), rel=1e-6)


def test_a_sigmoid_applied_twice_bounds_the_losses():
    """Outputs within [0, 1] instead of logits: the bounds between which the question's losses are caught."""
    objective = NonSaturating()
    best, worst = total(objective, [1.0], [0.0]), total(objective, [0.0], [1.0])
    assert best == pytest.approx(1.0064, abs=1e-4)
    assert worst == pytest.approx(2.0064, abs=1e-4)
    assert total(objective, [1.0], [1.0]) == pytest.approx(1.6265, abs=1e-4)  # where the untrained second discriminator ends
    assert float(objective.generator(tf.ones(1), tf.ones(1))) == pytest.approx(0.3133, abs=1e-4)


def test_relativistic_sees_only_the_difference():
    objective = Relativistic()
    assert total(objective, [7.0], [7.0]) == pytest.approx(LOG_2, rel=1e-6)
    assert float(objective.generator(tf.constant([-3.0]), tf.constant([-3.0]))) == pytest.approx(LOG_2, rel=1e-6)
    assert total(objective, [2.0], [0.5]) == pytest.approx(np.log1p(np.exp(-1.5)), rel=1e-6)
    assert float(objective.generator(tf.constant([2.0]), tf.constant([0.5]))) == pytest.approx(np.log1p(np.exp(1.5)), rel=1e-6)


@pytest.mark.parametrize("objective", OBJECTIVES.values(), ids=list(OBJECTIVES))
def test_gradients_pull_the_two_networks_apart(objective):
    real, fake = tf.Variable([0.3, -0.2]), tf.Variable([0.1, 0.4])
    with tf.GradientTape(persistent=True) as tape:
        d_loss = tf.add_n(list(objective.discriminator(real, fake).values()))
        g_loss = objective.generator(real, fake)
    assert (tape.gradient(d_loss, real).numpy() < 0).all()
    assert (tape.gradient(d_loss, fake).numpy() > 0).all()
    assert (tape.gradient(g_loss, fake).numpy() < 0).all()
