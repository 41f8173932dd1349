"""The faster layers against Keras' own: the same numbers, gradients, second gradients, variables and files."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers

from pipeline.files.weights import read_weights
from pipeline.gan.networks.build import build_discriminator, build_generator
from pipeline.gan.penalties import discriminate_with_penalty
from pipeline.kernels.layers import KINDS, with_fast_layers
from pipeline.kernels.one_channel import convolve, transposed
from pipeline.settings.params import Settings
from pipeline.settings.variants import VariantSettings

COUNT = 8
Pair = Callable[[tf.Tensor, tf.Tensor], tf.Tensor]
NETWORKS: dict[str, dict[str, Any]] = {
    "mlp": {"network": "mlp", "generator_normalization": "none", "hidden_activation": "relu"},
    "dcgan": {},
    "dcgan_batch": {"discriminator_normalization": "batch", "r1_gamma": 0.0, "r2_gamma": 0.0},
    "dcgan_linear": {"hidden_activation": "linear"},
    "resnet": {"network": "resnet", "hidden_activation": "relu"},
    "spectral": {"spectral_normalization": True},
}


def varied(settings: Settings, name: str) -> VariantSettings:
    return settings.gan["modern"].model_copy(update={"generator_width": 4, "discriminator_width": 4, **NETWORKS[name]})


def normal(*shape: int, seed: int = 0) -> tf.Tensor:
    return tf.random.stateless_normal(shape, (seed, 0))


def assert_near(one: np.ndarray, other: np.ndarray) -> None:
    """Equal up to what rounding of float32 makes of sums."""
    np.testing.assert_allclose(one, other, rtol=1e-3, atol=1e-4 * np.abs(other).max() + 1e-4)


def in_training(network: keras.Model, inputs: dict[str, tf.Tensor]) -> list[np.ndarray]:
    """Outputs, the gradients of their weighted sum at the weights, and the state after it."""

    @tf.function  # type: ignore[untyped-decorator]
    def compute() -> tuple[tf.Tensor, list[tf.Tensor]]:
        with tf.GradientTape() as tape:
            outputs = network(inputs, training=True)
            total = tf.reduce_sum(outputs * normal(*outputs.shape, seed=5))
        return outputs, tape.gradient(total, [variable.value for variable in network.trainable_variables])

    outputs, gradients = compute()
    return [np.array(part) for part in (outputs, *gradients, *(variable.value for variable in network.non_trainable_variables))]


@pytest.mark.parametrize("name", NETWORKS)
def test_networks_compute_what_they_compute_with_keras_own_layers(settings: Settings, name: str) -> None:
    variant = varied(settings, name)
    labels = tf.range(COUNT) % 10
    for network, inputs in (
        (build_generator(variant), {"latent": normal(COUNT, variant.latent_size), "label": labels}),
        (build_discriminator(variant), {"image": normal(COUNT, 28, 28, 1), "label": labels}),
    ):
        fast = with_fast_layers(network)
        assert fast(inputs, training=False).numpy() == pytest.approx(network(inputs, training=False).numpy(), abs=2e-5)
        for one, other in zip(in_training(fast, inputs), in_training(network, inputs), strict=True):
            assert_near(one, other)


def test_only_layers_with_a_faster_kind_are_replaced(settings: Settings) -> None:
    network = build_generator(varied(settings, "dcgan"))
    kinds = {type(layer) for layer in with_fast_layers(network).layers}
    assert kinds >= {KINDS[layers.Conv2DTranspose], KINDS[layers.BatchNormalization], KINDS[layers.Dense], layers.Reshape}
    assert not kinds & set(KINDS)


@pytest.mark.parametrize("name", ["mlp", "dcgan", "resnet", "spectral"])
def test_the_file_of_the_weights_is_read_into_keras_own_layers(settings: Settings, name: str, tmp_path: Path) -> None:
    variant = varied(settings, name)
    for build in (build_generator, build_discriminator):
        fast, other = with_fast_layers(build(variant)), build(variant)
        fast.save_weights(tmp_path / "network.weights.h5")
        read_weights(other, tmp_path / "network.weights.h5")
        assert all((one == two).all() for one, two in zip(fast.get_weights(), other.get_weights(), strict=True))


def test_a_weight_limit_is_kept(settings: Settings) -> None:
    variant = settings.gan["answer"].model_copy(update={"weight_clip": 0.01})
    discriminator = with_fast_layers(build_discriminator(variant))
    constraint = discriminator.get_layer("hidden_0").kernel_constraint
    assert float(tf.reduce_max(tf.abs(constraint(normal(5, 5))))) == pytest.approx(0.01)


@pytest.mark.parametrize(("side", "channels"), [(14, 32), (7, 5), (1, 1)])
def test_one_channel_convolutions_are_tensorflows(side: int, channels: int) -> None:
    images, grid, kernel = normal(3, 2 * side, 2 * side, 1), normal(3, side, side, channels, seed=1), normal(4, 4, 1, channels, seed=2)
    assert convolve(images, kernel).numpy() == pytest.approx(tf.nn.conv2d(images, kernel, 2, "SAME").numpy(), abs=1e-4)
    own = tf.nn.conv2d_transpose(grid, kernel, images.shape, 2, "SAME").numpy()
    assert transposed(grid, kernel).numpy() == pytest.approx(own, abs=1e-4)


def test_gradients_of_one_channel_convolutions_are_tensorflows_twice() -> None:
    images, grid, kernel = normal(3, 8, 8, 1), normal(3, 4, 4, 5, seed=1), normal(4, 4, 1, 5, seed=2)

    def gradients(halve: Pair, double: Pair) -> list[np.ndarray]:
        with tf.GradientTape() as outer:
            outer.watch([images, grid, kernel])
            with tf.GradientTape() as inner:
                inner.watch([images, grid, kernel])
                total = tf.reduce_sum(halve(images, kernel) ** 2 * grid) + tf.reduce_sum(double(grid, kernel) ** 2 * images)
            first = inner.gradient(total, [images, grid, kernel])
            second = tf.add_n([tf.reduce_sum(part**2) for part in first[:2]])  # as a gradient penalty has it
        return [part.numpy() for part in [*first, *outer.gradient(second, [images, grid, kernel])]]

    ours = gradients(convolve, transposed)
    own = gradients(lambda x, k: tf.nn.conv2d(x, k, 2, "SAME"), lambda g, k: tf.nn.conv2d_transpose(g, k, (3, 8, 8, 1), 2, "SAME"))
    for one, other in zip(ours, own, strict=True):
        assert_near(one, other)


@pytest.mark.parametrize("name", ["mlp", "dcgan", "dcgan_linear", "resnet", "spectral"])
@pytest.mark.parametrize("conditioning", ["projection", "class_logit"])
def test_loss_and_penalty_have_the_same_gradient_from_one_pass_back(settings: Settings, name: str, conditioning: str) -> None:
    variant = varied(settings, name).model_copy(update={"conditioning": conditioning})
    discriminator = with_fast_layers(build_discriminator(variant))
    for layer in discriminator.layers:  # no bias is zero in the middle of a training
        if getattr(layer, "bias", None) is not None:
            layer.bias.assign(0.1 * normal(*layer.bias.shape))
    images, labels = normal(COUNT, 28, 28, 1), tf.range(COUNT) % 10
    affine = [layer for layer in discriminator.layers if getattr(layer, "bias", None) is not None]

    @tf.function  # type: ignore[untyped-decorator]
    def compute(affine_layers: list[keras.Layer]) -> list[tf.Tensor]:
        with tf.GradientTape() as tape:
            outputs, penalty = discriminate_with_penalty(lambda x: discriminator({"image": x, "label": labels}), images, 0.3, affine_layers)
            loss = tf.reduce_mean(tf.nn.softplus(-outputs)) + penalty
        return [outputs, penalty, *tape.gradient(loss, [variable.value for variable in discriminator.trainable_variables])]

    plain, euler = compute([]), compute(affine)
    assert (plain[0].numpy() == euler[0].numpy()).all()
    for one, other in zip(euler, plain, strict=True):
        assert_near(one, other)


def test_one_pass_back_computes_less(settings: Settings) -> None:
    """Counted by TensorFlow's profiler: a second pass is not there."""
    discriminator = with_fast_layers(build_discriminator(varied(settings, "dcgan")))
    affine = [layer for layer in discriminator.layers if getattr(layer, "bias", None) is not None]

    def operations(affine_layers: list[keras.Layer]) -> int:
        @tf.function  # type: ignore[untyped-decorator]
        def compute(images: tf.Tensor) -> list[tf.Tensor]:
            with tf.GradientTape() as tape:
                call = lambda x: discriminator({"image": x, "label": tf.zeros(COUNT, tf.int32)})  # noqa: E731
                outputs, penalty = discriminate_with_penalty(call, images, 0.3, affine_layers)
                loss = tf.reduce_mean(outputs) + penalty
            return tape.gradient(loss, [variable.value for variable in discriminator.trainable_variables])

        graph = compute.get_concrete_function(tf.TensorSpec((COUNT, 28, 28, 1))).graph
        options = tf.compat.v1.profiler.ProfileOptionBuilder.float_operation() | {"output": "none"}
        return int(tf.compat.v1.profiler.profile(graph, options=options).total_float_ops)

    assert operations(affine) < 0.8 * operations([])
