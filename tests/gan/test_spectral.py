"""Spectral normalisation: the kernel does not change, sigma is its largest singular value, every pass uses the same network."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from pipeline.data.digits import Digits
from pipeline.gan.base import GAN, training_batches
from pipeline.gan.networks.build import build_discriminator
from pipeline.gan.spectral import SpectralConv2D, SpectralDense, _Spectral, iterate_spectral_layers
from pipeline.settings.params import Settings

LAYERS: list[tuple[_Spectral, keras.Layer, tuple[int, ...]]] = [(SpectralDense(30, bias_initializer="ones"), keras.layers.Dense(30), (5, 40))]
LAYERS += [(SpectralConv2D(6, 4, 2, "same", bias_initializer="ones"), keras.layers.Conv2D(6, 4, 2, "same"), (5, 8, 8, 3))]


def largest_singular_value(kernel: np.ndarray) -> float:
    return float(np.linalg.svd(kernel.reshape(-1, kernel.shape[-1]), compute_uv=False)[0])


@pytest.mark.parametrize(("layer", "plain", "shape"), LAYERS, ids=["dense", "convolution"])
def test_it_is_the_plain_layer_with_its_kernel_over_its_largest_singular_value(layer: _Spectral, plain: keras.Layer, shape: tuple[int, ...]) -> None:
    inputs = tf.random.stateless_normal(shape, (0, 0))
    layer(inputs)
    kernel = layer.kernel.numpy()
    for _ in range(300):
        layer.iterate()
    assert float(layer.sigma()) == pytest.approx(largest_singular_value(kernel), rel=1e-4)
    plain(inputs)
    plain.set_weights([kernel / largest_singular_value(kernel), layer.bias.numpy()])
    assert layer(inputs, training=True).numpy() == pytest.approx(plain(inputs).numpy(), rel=1e-3, abs=1e-4)
    assert (layer.kernel.numpy() == kernel).all()


def test_calls_change_nothing_and_only_iterating_moves_u() -> None:
    layer = SpectralDense(30)
    inputs = tf.random.stateless_normal((5, 40), (0, 0))
    first = layer(inputs, training=True).numpy()
    assert (layer(inputs, training=True).numpy() == first).all()
    u = layer.u.numpy()
    layer.kernel.assign(layer.kernel + tf.random.stateless_normal((40, 30), (0, 1)))
    layer.iterate()
    assert (layer.u.numpy() != u).any()


def test_the_gradient_is_that_of_the_normalised_kernel() -> None:
    """d sigma / dW = u v': a kernel scaled up gives the same outputs, so the gradient along the kernel itself is zero."""
    layer = SpectralDense(7)
    inputs = tf.random.stateless_normal((5, 9), (0, 0))
    layer(inputs)
    for _ in range(300):
        layer.iterate()
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(layer(inputs) ** 2)
    gradient = tape.gradient(loss, layer.kernel.value).numpy()
    kernel = layer.kernel.numpy()
    assert np.abs(gradient).max() > 0.1
    along = (gradient * kernel).sum() / np.linalg.norm(gradient) / np.linalg.norm(kernel)
    assert along == pytest.approx(0, abs=1e-3)


@pytest.mark.parametrize(("kind", "size"), [(SpectralDense, ()), (SpectralConv2D, (1,))], ids=["dense", "convolution"])
def test_in_bfloat16_the_kernel_is_divided_before_it_is_rounded(kind: type[_Spectral], size: tuple[int, ...]) -> None:
    layer = kind(30, *size, dtype="mixed_bfloat16")
    unit_vectors = tf.reshape(tf.eye(40), (40, *size, *size, 40))
    rows = layer(unit_vectors)
    assert rows.dtype == tf.bfloat16
    exact = layer.kernel.numpy().reshape(40, 30) / float(layer.sigma())
    assert (tf.cast(rows, tf.float32).numpy().reshape(40, 30) == tf.cast(tf.cast(exact, tf.bfloat16), tf.float32).numpy()).all()


def test_a_zero_kernel_stays_finite() -> None:
    layer = SpectralDense(3, kernel_initializer="zeros")
    layer(tf.ones((1, 4)))
    layer.iterate()
    assert np.isfinite(layer.u.numpy()).all()


@pytest.mark.parametrize("network", ["mlp", "dcgan", pytest.param("resnet", marks=pytest.mark.slow)])
def test_every_kernel_of_a_discriminator_is_normalised(settings: Settings, network: str) -> None:
    variant = settings.gan["hinge_sn"].model_copy(update={"network": network, "discriminator_width": 6, "classes": 10})
    discriminator = build_discriminator(variant)
    with_kernel = [layer for layer in discriminator.layers if hasattr(layer, "kernel")]
    assert with_kernel
    assert all(isinstance(layer, _Spectral) for layer in with_kernel)
    for _ in range(100):
        iterate_spectral_layers(discriminator)
    for layer in with_kernel:
        assert float(layer.sigma()) == pytest.approx(largest_singular_value(layer.kernel.numpy()), rel=0.02)


def test_a_new_layer_starts_near_its_singular_value() -> None:
    layer = SpectralDense(30)
    layer(tf.ones((1, 40)))
    assert float(layer.sigma()) == pytest.approx(largest_singular_value(layer.kernel.numpy()), rel=0.05)


def test_a_step_of_training_is_one_power_iteration(settings: Settings, digits: Digits) -> None:
    gan = GAN(settings.gan["hinge_sn"], 0, 1)
    layer = next(layer for layer in gan.discriminator.layers if isinstance(layer, _Spectral))
    matrix, u = layer.kernel.numpy().reshape(-1, layer.u.shape[0]).T, layer.u.numpy()
    u = matrix @ (matrix.T @ u)
    (batch,) = training_batches(digits, gan.variant, 0).take(1)
    gan.train_step(batch)
    assert layer.u.numpy() == pytest.approx(u / np.linalg.norm(u), abs=1e-6)


def test_training_keeps_sigma_near_the_singular_value(settings: Settings, digits: Digits) -> None:
    variant = settings.gan["hinge_sn"]
    gan = GAN(variant, 0, 20)
    layer = next(layer for layer in gan.discriminator.layers if isinstance(layer, _Spectral))
    u = layer.u.numpy()
    gan.fit(training_batches(digits, variant, 0), epochs=1, steps_per_epoch=20, shuffle=False, verbose=0)
    assert (layer.u.numpy() != u).any()
    assert float(layer.sigma()) == pytest.approx(largest_singular_value(layer.kernel.numpy()), rel=0.1)
    assert largest_singular_value(layer.kernel.numpy()) != pytest.approx(1, abs=1e-3)  # the kernel itself is not normalised
