"""The zero-centred gradient penalty against closed forms."""

import pytest
import tensorflow as tf

from pipeline.gan.penalties import judge_with_penalty


def test_a_linear_judge_has_its_squared_slope():
    images = tf.random.stateless_normal((5, 28, 28, 1), (0, 0))
    outputs, penalty = judge_with_penalty(lambda x: 3 * tf.reduce_sum(x, [1, 2, 3]), images, gamma=0.5)
    assert float(penalty) == pytest.approx(0.25 * 9 * 784, rel=1e-5)
    assert outputs.shape == (5,)


def test_it_is_a_mean_over_images_of_a_per_image_norm():
    images = tf.stack([tf.fill((28, 28, 1), value) for value in (1.0, 2.0)])
    _, penalty = judge_with_penalty(lambda x: tf.reduce_sum(x**2, [1, 2, 3]), images, gamma=2.0)
    assert float(penalty) == pytest.approx(784 * (4 + 16) / 2, rel=1e-5)


def test_it_is_finite_at_a_zero_gradient_and_absent_at_gamma_zero():
    images = tf.ones((2, 28, 28, 1))
    weight = tf.Variable(0.0)
    with tf.GradientTape() as tape:
        _, penalty = judge_with_penalty(lambda x: weight * tf.reduce_sum(x, [1, 2, 3]), images, gamma=1.0)
    assert float(penalty) == 0
    assert float(tape.gradient(penalty, weight)) == 0
    assert float(judge_with_penalty(lambda x: tf.reduce_sum(x, [1, 2, 3]), images, gamma=0.0)[1]) == 0


def test_its_gradient_reaches_the_judges_weights():
    images, weight = tf.ones((2, 28, 28, 1)), tf.Variable(2.0)
    with tf.GradientTape() as tape:
        _, penalty = judge_with_penalty(lambda x: weight * tf.reduce_sum(x, [1, 2, 3]), images, gamma=1.0)
    assert float(tape.gradient(penalty, weight)) == pytest.approx(784 * 2, rel=1e-5)  # d/dw of w^2 784 / 2
