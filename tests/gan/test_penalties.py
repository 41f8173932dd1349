"""Gradient penalties against closed forms, in both precisions."""

from functools import partial

import keras
import numpy as np
import pytest
import tensorflow as tf

from pipeline.gan.networks.build import build_discriminator
from pipeline.gan.penalties import discriminate_with_penalty, gradient_penalty, interpolate
from pipeline.settings.params import Settings

KEY = tf.constant([0, 1], tf.int64)


def with_labels(discriminator: keras.Model, labels: tf.Tensor, images: tf.Tensor) -> tf.Tensor:
    return discriminator({"image": images, "label": labels})


def pixel_sum(images: tf.Tensor) -> tf.Tensor:
    return tf.reduce_sum(images, [1, 2, 3])


def test_a_linear_discriminator_has_its_squared_gradient_norm() -> None:
    images = tf.random.stateless_normal((5, 28, 28, 1), (0, 0))
    outputs, penalty = discriminate_with_penalty(lambda x: 3 * pixel_sum(x), images, gamma=0.5)
    assert float(penalty) == pytest.approx(0.25 * 9 * 784, rel=1e-5)
    assert outputs.shape == (5,)


def test_it_is_a_mean_over_images_of_a_per_image_norm() -> None:
    images = tf.stack([tf.fill((28, 28, 1), value) for value in (1.0, 2.0)])
    _, penalty = discriminate_with_penalty(lambda x: pixel_sum(x**2), images, gamma=2.0)
    assert float(penalty) == pytest.approx(784 * (4 + 16) / 2, rel=1e-5)


def test_it_is_finite_at_a_zero_gradient_and_absent_at_gamma_zero() -> None:
    images = tf.ones((2, 28, 28, 1))
    weight = tf.Variable(0.0)
    with tf.GradientTape() as tape:
        _, penalty = discriminate_with_penalty(lambda x: weight * pixel_sum(x), images, gamma=1.0)
    assert float(penalty) == 0
    assert float(tape.gradient(penalty, weight)) == 0
    assert float(discriminate_with_penalty(pixel_sum, images, gamma=0.0)[1]) == 0


def test_its_gradient_reaches_the_discriminators_weights() -> None:
    images, weight = tf.ones((2, 28, 28, 1)), tf.Variable(2.0)
    with tf.GradientTape() as tape:
        _, penalty = discriminate_with_penalty(lambda x: weight * pixel_sum(x), images, gamma=1.0)
    assert float(tape.gradient(penalty, weight)) == pytest.approx(784 * 2, rel=1e-5)  # d/dw of w^2 784 / 2


@pytest.mark.parametrize("scale", [0.5, 1 / 28, 0.5 / 28, 0.0])
def test_the_gradient_penalty_pulls_the_gradient_norm_to_one(scale: float) -> None:
    """A linear discriminator has the same gradient norm everywhere: 28 times its weight, because an image has 784 pixels."""
    real, fake = tf.ones((3, 28, 28, 1)), tf.zeros((3, 28, 28, 1))
    weight = tf.Variable(scale)
    with tf.GradientTape() as tape:
        penalty = gradient_penalty(lambda x: weight * pixel_sum(x), real, fake, 10.0, KEY)
    assert float(penalty) == pytest.approx(10 * (28 * scale - 1) ** 2, rel=1e-4, abs=1e-4)
    gradient = float(tape.gradient(penalty, weight))
    assert np.isfinite(gradient)
    assert gradient == pytest.approx(20 * 28 * (28 * scale - 1) if scale else 0, rel=1e-4, abs=1e-2)
    assert float(gradient_penalty(pixel_sum, real, fake, 0.0, KEY)) == 0


def test_the_gradient_penalty_is_taken_between_the_pairs() -> None:
    """The gradient of |x|^2 / 2 has the norm |x|."""
    real, fake = (tf.random.stateless_normal((6, 28, 28, 1), (0, number)) / 28 for number in (0, 1))
    penalty = float(gradient_penalty(lambda x: pixel_sum(x**2) / 2, real, fake, 10.0, KEY))
    at = [float(10 * tf.reduce_mean((tf.sqrt(pixel_sum(x**2)) - 1) ** 2)) for x in (interpolate(real, fake, KEY), real, fake)]
    assert penalty == pytest.approx(at[0], rel=1e-4)
    assert min(abs(penalty - elsewhere) for elsewhere in at[1:]) > 0.1


def test_interpolation_weights_are_uniform_and_one_per_sample() -> None:
    count = 20000
    points = interpolate(tf.ones((count, 2, 2, 1)), tf.zeros((count, 2, 2, 1)), KEY).numpy()
    assert (points == points[:, :1, :1]).all()  # the same weight for each pixel of a pair
    weights = np.sort(points[:, 0, 0, 0])
    assert np.abs(weights - (np.arange(count) + 0.5) / count).max() < 1.63 / np.sqrt(count)  # Kolmogorov-Smirnov at 1 %
    assert len(np.unique(weights)) > 0.99 * count
    again, other = (interpolate(tf.ones((9, 1, 1, 1)), tf.zeros((9, 1, 1, 1)), key).numpy() for key in (KEY, KEY + 1))
    assert (again[:, 0, 0, 0] == interpolate(tf.ones((9, 1, 1, 1)), tf.zeros((9, 1, 1, 1)), KEY).numpy()[:, 0, 0, 0]).all()
    assert (again != other).all()


def test_interpolation_weighs_the_real_image_by_it_and_the_sample_by_the_rest() -> None:
    real, fake = tf.fill((4, 1, 1, 1), 5.0), tf.fill((4, 1, 1, 1), -3.0)
    weight = interpolate(tf.ones((4, 1, 1, 1)), tf.zeros((4, 1, 1, 1)), KEY).numpy()
    assert interpolate(real, fake, KEY).numpy() == pytest.approx(5 * weight - 3 * (1 - weight), rel=1e-6)


@pytest.mark.parametrize("network", ["mlp", "dcgan", "resnet"])
def test_in_bfloat16_the_penalty_is_float32_and_near_the_one_of_float32(settings: Settings, network: str) -> None:
    variant = settings.gan["modern"].model_copy(update={"network": network, "discriminator_width": 8})
    images = tf.random.stateless_normal((32, 28, 28, 1), (0, 0))
    labels = tf.range(32) % 10
    penalties = []
    for precision in ("float32", "mixed_bfloat16"):
        keras.utils.set_random_seed(0)  # the same weights for both
        discriminator = build_discriminator(variant.model_copy(update={"precision": precision}))
        with tf.GradientTape() as tape:
            outputs, penalty = discriminate_with_penalty(partial(with_labels, discriminator, labels), images, 1.0)
        variables = [variable.value for variable in discriminator.trainable_variables]
        gradients = tape.gradient(penalty, variables, unconnected_gradients=tf.UnconnectedGradients.ZERO)
        assert outputs.dtype == penalty.dtype == tf.float32
        assert all(gradient.dtype == tf.float32 and np.isfinite(gradient).all() for gradient in gradients)
        penalties.append(float(penalty))
    assert penalties[1] == pytest.approx(penalties[0], rel=0.03)
    assert penalties[0] > 0
