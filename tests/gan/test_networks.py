"""Networks of every kind: shapes, ranges, initial scales, and labels that affect their own image only."""

from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf

from pipeline.gan.networks.build import NETWORKS, build_discriminator, build_generator
from pipeline.gan.networks.parts import Clip
from pipeline.settings.params import Settings

CONDITIONS = [(1, "class_logit"), (10, "class_logit"), (10, "projection")]
SMALL = {"generator_width": 4, "discriminator_width": 4}


@pytest.mark.parametrize(
    ("network", "classes", "conditioning", "activation", "low"),
    [(network, *condition, "tanh", -1) for network in NETWORKS for condition in CONDITIONS] + [("mlp", 1, "class_logit", "sigmoid", 0)],
)
def test_images_and_outputs_have_their_shapes_and_ranges(
    settings: Settings, network: str, classes: int, conditioning: str, activation: str, low: int
) -> None:
    changes = SMALL | {"network": network, "classes": classes, "conditioning": conditioning, "output_activation": activation}
    variant = settings.gan["answer"].model_copy(update=changes)
    label = {"label": np.array([1, 2, 3])} if classes == 10 else {}
    images = build_generator(variant)({"latent": 100 * np.ones((3, variant.latent_size), np.float32), **label}, training=False).numpy()
    assert images.shape == (3, 28, 28, 1)
    assert images.min() >= low
    assert images.max() <= 1
    outputs = build_discriminator(variant)({"image": images, **label}, training=False)
    assert outputs.shape == (3,)


@pytest.mark.parametrize("conditioning", ["class_logit", "projection"])
@pytest.mark.parametrize("network", NETWORKS)
def test_a_label_affects_its_own_image_and_no_other(settings: Settings, network: str, conditioning: str) -> None:
    changes = SMALL | {"network": network, "classes": 10, "conditioning": conditioning}
    variant = settings.gan["answer"].model_copy(update=changes)
    generator, discriminator = build_generator(variant), build_discriminator(variant)
    latents = np.random.default_rng(0).normal(size=(3, variant.latent_size)).astype(np.float32)
    images = [generator({"latent": latents, "label": np.array(labels)}, training=False).numpy() for labels in ([1, 2, 3], [1, 7, 3])]
    outputs = [discriminator({"image": images[0], "label": np.array(labels)}, training=False).numpy() for labels in ([1, 2, 3], [1, 7, 3])]
    for first, second in (images, outputs):
        assert (first[[0, 2]] == second[[0, 2]]).all()
        assert (first[1] != second[1]).any()


def test_the_askers_networks_are_those_of_the_question(settings: Settings) -> None:
    keras.utils.set_random_seed(0)
    asker = settings.gan["asker"]
    generator, discriminator = build_generator(asker), build_discriminator(asker)
    shapes = [[tuple(weight.shape) for weight in network.trainable_variables] for network in (generator, discriminator)]
    assert shapes == [[(100, 200), (200,), (200, 784), (784,)], [(784, 200), (200,), (200, 1), (1,)]]
    for weight in generator.trainable_variables:
        assert abs(weight.numpy().mean()) < 0.2
        assert weight.numpy().std() == pytest.approx(1, abs=0.15)
    image = np.random.default_rng(0).random((4, 28, 28, 1), np.float32)
    outputs = discriminator({"image": image}, training=False).numpy()
    (w1, b1), (w2, b2) = np.split(np.array([v.numpy() for v in discriminator.trainable_variables], object), 2)
    collapsed = image.reshape(4, 784) @ (w1 @ w2) + (b1 @ w2 + b2)  # two affine layers in a row are one
    assert outputs == pytest.approx(1 / (1 + np.exp(-collapsed[:, 0].astype(float))), abs=1e-3)


def test_the_answers_networks_are_not_affine_and_start_small(settings: Settings) -> None:
    keras.utils.set_random_seed(0)
    discriminator = build_discriminator(settings.gan["answer"])
    image = np.random.default_rng(0).random((4, 28, 28, 1), np.float32)
    output = [discriminator({"image": scale * image}, training=False).numpy() for scale in (-1.0, 1.0)]
    assert np.abs(output[0] + output[1]).max() > 0.01  # biases are zero: an affine network would be odd
    assert np.abs(output[1]).max() < 3


def test_a_saved_generator_loads_without_this_package(settings: Settings, tmp_path: Path) -> None:
    generator = build_generator(settings.gan["modern"])
    generator.save(tmp_path / "generator.keras")
    inputs = {"latent": tf.ones((2, settings.gan["modern"].latent_size)), "label": tf.constant([3, 4])}
    loaded = keras.saving.load_model(tmp_path / "generator.keras", custom_objects={}, safe_mode=True)
    assert (loaded(inputs, training=False).numpy() == generator(inputs, training=False).numpy()).all()


@pytest.mark.parametrize("network", NETWORKS)
def test_widths_and_depth_size_each_network_on_its_own(settings: Settings, network: str) -> None:
    def sizes(**changes: int) -> tuple[int, int]:
        variant = settings.gan["answer"].model_copy(update=SMALL | {"network": network} | changes)
        return build_generator(variant).count_params(), build_discriminator(variant).count_params()

    small, wide_generator, wide_discriminator, deep = sizes(), sizes(generator_width=8), sizes(discriminator_width=8), sizes(depth=2)
    assert wide_generator[0] > small[0]
    assert wide_generator[1] == small[1]
    assert wide_discriminator[0] == small[0]
    assert wide_discriminator[1] > small[1]
    assert deep[0] > small[0]
    assert deep[1] > small[1]


@pytest.mark.parametrize("network", NETWORKS)
def test_only_the_generator_has_mapping_layers_between_its_latent_and_its_trunk(settings: Settings, network: str) -> None:
    def mapping(count: int) -> list[tuple[int, int]]:
        variant = settings.gan["modern"].model_copy(update=SMALL | {"network": network, "mapping_layers": count, "mapping_width": 7})
        assert not [layer.name for layer in build_discriminator(variant).layers if layer.name.startswith("mapping")]
        layers = build_generator(variant).layers
        return [layer.kernel.shape for layer in layers if layer.name.startswith("mapping") and isinstance(layer, keras.layers.Dense)]

    latent_and_class = settings.gan["modern"].latent_size + 10
    assert mapping(0) == []
    assert mapping(2) == [(latent_and_class, 7), (7, 7)]


@pytest.mark.parametrize("network", NETWORKS)
def test_batch_statistics_are_only_where_the_settings_ask_for_them(settings: Settings, network: str) -> None:
    def normalised(**changes: str) -> tuple[bool, bool]:
        variant = settings.gan["answer"].model_copy(update=SMALL | {"network": network} | changes)
        built = build_generator(variant), build_discriminator(variant)
        generator, discriminator = (any(isinstance(layer, keras.layers.BatchNormalization) for layer in model.layers) for model in built)
        return generator, discriminator

    assert normalised() == (False, False)
    assert normalised(generator_normalization="batch") == (True, False)
    assert normalised(discriminator_normalization="batch") == (False, True)


def test_projection_adds_an_output_for_all_classes(settings: Settings) -> None:
    variant = settings.gan["modern"].model_copy(update={"conditioning": "projection"})
    discriminator = build_discriminator(variant)
    image = np.random.default_rng(0).random((10, 28, 28, 1), np.float32)
    inputs = {"image": np.repeat(image[:1], 10, axis=0), "label": np.arange(10)}
    of_classes = discriminator.get_layer("output_per_class")
    of_classes.set_weights([np.zeros_like(weight) for weight in of_classes.get_weights()])
    outputs = discriminator(inputs, training=False).numpy()
    assert outputs == pytest.approx(np.full(10, outputs[0]))
    assert outputs[0] != 0


@pytest.mark.parametrize("network", NETWORKS)
def test_in_bfloat16_layers_compute_in_it_and_images_outputs_and_weights_are_float32(settings: Settings, network: str) -> None:
    variant = settings.gan["modern"].model_copy(update=SMALL | {"network": network, "precision": "mixed_bfloat16"})
    generator, discriminator = build_generator(variant, variant.precision), build_discriminator(variant)
    assert keras.config.dtype_policy().name == "float32"
    for built in (generator, discriminator):
        assert {weight.dtype for weight in built.weights} == {"float32"}
        assert any(layer.compute_dtype == "bfloat16" for layer in built.layers)
    images = generator({"latent": tf.ones((2, variant.latent_size)), "label": tf.constant([1, 2])}, training=True)
    assert images.dtype == tf.float32
    assert discriminator({"image": images, "label": tf.constant([1, 2])}, training=True).dtype == tf.float32


def test_clipping_bounds_the_kernels() -> None:
    assert Clip(0.5)(tf.constant([-2.0, 0.1, 3.0])).numpy() == pytest.approx([-0.5, 0.1, 0.5])
