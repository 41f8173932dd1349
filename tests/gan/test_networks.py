"""Networks of every kind: shapes, ranges, initial scales, and labels that reach their own image alone."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from pipeline.gan.networks import NETWORKS, build_discriminator, build_generator
from pipeline.params import Settings


@pytest.mark.parametrize("conditional", [False, True])
@pytest.mark.parametrize("network", NETWORKS)
@pytest.mark.parametrize(("activation", "low"), [("tanh", -1), ("sigmoid", 0)])
def test_images_and_outputs_have_their_shapes_and_ranges(settings: Settings, network: str, conditional: bool, activation: str, low: int):
    changes = {"network": network, "conditional": conditional, "output_activation": activation, "width": 4}
    variant = settings.gan["answer"].model_copy(update=changes)
    label = {"label": np.array([1, 2, 3])} if conditional else {}
    images = build_generator(variant)({"latent": 100 * np.ones((3, variant.latent_size), np.float32), **label}, training=False).numpy()
    assert images.shape == (3, 28, 28, 1)
    assert images.min() >= low
    assert images.max() <= 1
    outputs = build_discriminator(variant)({"image": images, **label}, training=False)
    assert outputs.shape == (3,)


@pytest.mark.parametrize("network", NETWORKS)
def test_a_label_reaches_its_own_image_and_no_other(settings: Settings, network: str):
    variant = settings.gan["answer"].model_copy(update={"network": network, "conditional": True, "width": 4})
    generator, discriminator = build_generator(variant), build_discriminator(variant)
    latents = np.random.default_rng(0).normal(size=(3, variant.latent_size)).astype(np.float32)
    images = [generator({"latent": latents, "label": np.array(labels)}, training=False).numpy() for labels in ([1, 2, 3], [1, 7, 3])]
    outputs = [discriminator({"image": images[0], "label": np.array(labels)}, training=False).numpy() for labels in ([1, 2, 3], [1, 7, 3])]
    for first, second in (images, outputs):
        assert (first[[0, 2]] == second[[0, 2]]).all()
        assert (first[1] != second[1]).any()


def test_the_askers_networks_are_those_of_the_question(settings: Settings):
    keras.utils.set_random_seed(0)
    asker = settings.gan["asker"].model_copy(update={"width": 200})
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


def test_the_answers_networks_are_not_affine_and_start_small(settings: Settings):
    keras.utils.set_random_seed(0)
    discriminator = build_discriminator(settings.gan["answer"])
    image = np.random.default_rng(0).random((4, 28, 28, 1), np.float32)
    output = [discriminator({"image": scale * image}, training=False).numpy() for scale in (-1.0, 1.0)]
    assert np.abs(output[0] + output[1]).max() > 0.01  # biases are zero: an affine network would be odd
    assert np.abs(output[1]).max() < 3


def test_a_saved_generator_loads_without_this_package(settings: Settings, tmp_path):
    generator = build_generator(settings.gan["modern"])
    generator.save(tmp_path / "generator.keras")
    inputs = {"latent": tf.ones((2, settings.gan["modern"].latent_size)), "label": tf.constant([3, 4])}
    loaded = keras.saving.load_model(tmp_path / "generator.keras", custom_objects={}, safe_mode=True)
    assert (loaded(inputs, training=False).numpy() == generator(inputs, training=False).numpy()).all()
