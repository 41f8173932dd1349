"""The networks as ONNX against Keras, by ONNX' own reference implementation; the browser's is in test_browser.py."""

from pathlib import Path

import keras
import numpy as np
import onnx
import pytest
from onnx.reference import ReferenceEvaluator

from pipeline.classifier.network import build_classifier
from pipeline.data.digits import Digits, save_digits
from pipeline.data.pixels import to_float
from pipeline.files.cells import Cell
from pipeline.files.json_file import read_json
from pipeline.gan.base import draw_latents
from pipeline.gan.networks.build import build_discriminator, build_generator
from pipeline.serving.play.cells import Trained
from pipeline.serving.play.directions import leading_directions
from pipeline.serving.play.export import export_cell, output_kind, write_onnx
from pipeline.settings.params import Settings, load_settings
from tests.conftest import ROOT


def compute(path: Path, inputs: dict[str, np.ndarray]) -> np.ndarray:
    (output,) = ReferenceEvaluator(onnx.load(path)).run(None, inputs)
    return np.asarray(output)


@pytest.mark.parametrize("name", ["answer", "hinge_sn"])
def test_networks_are_keras_own_for_any_number_of_inputs(tmp_path: Path, settings: Settings, name: str) -> None:
    """`hinge_sn` has convolutions, batch statistics, and spectral normalisation in its discriminator."""
    variant = settings.gan[name]
    generator, discriminator = build_generator(variant), build_discriminator(variant)
    write_onnx(tmp_path / "generator.onnx", generator)
    write_onnx(tmp_path / "discriminator.onnx", discriminator)
    for count in (1, 3):
        latent = {"latent": draw_latents(variant, count, 0, 0).numpy()}
        image = {"image": generator(latent, training=False).numpy()}
        assert compute(tmp_path / "generator.onnx", latent) == pytest.approx(image["image"], abs=1e-5)
        assert compute(tmp_path / "discriminator.onnx", image) == pytest.approx(discriminator(image, training=False).numpy(), abs=1e-5)


def test_a_conditional_network_takes_classes_too(tmp_path: Path, settings: Settings) -> None:
    """The reference implementation cannot compute its one-hot vectors; the browser does, in test_browser.py."""
    write_onnx(tmp_path / "network.onnx", build_generator(settings.gan["modern"]))
    inputs = {tensor.name: tensor.type.tensor_type for tensor in onnx.load(tmp_path / "network.onnx").graph.input}
    assert {name: kind.elem_type for name, kind in inputs.items()} == {"latent": onnx.TensorProto.FLOAT, "label": onnx.TensorProto.INT32}
    assert all(kind.shape.dim[0].dim_param for kind in inputs.values())  # any number


def test_the_classifier_gives_logits(tmp_path: Path) -> None:
    classifier, images = build_classifier(4), np.random.default_rng(0).random((3, 28, 28, 1), np.float32)
    write_onnx(tmp_path / "network.onnx", classifier)
    assert compute(tmp_path / "network.onnx", {"image": images}) == pytest.approx(classifier(images, training=False).numpy(), abs=1e-5)


def test_a_cell_that_was_trained_in_bfloat16_is_exported_in_float32_with_what_the_page_must_know(
    tmp_path: Path, settings: Settings, digits: Digits
) -> None:
    variant = settings.gan["best"]
    assert variant.precision == "mixed_bfloat16"
    build_generator(variant, variant.precision).save_weights(tmp_path / "generator.weights.h5")
    discriminator = build_discriminator(variant)
    discriminator.save_weights(tmp_path / "discriminator.weights.h5")
    save_digits(tmp_path / "validation.npz", digits)
    export_cell(tmp_path, Trained(Cell("best", 0), tmp_path, "fashion_mnist", variant, None), tmp_path / "validation.npz")
    types = {file: {tensor.data_type for tensor in onnx.load(tmp_path / file).graph.initializer} for file in ("generator.onnx", "discriminator.onnx")}
    assert all(onnx.TensorProto.FLOAT in found and onnx.TensorProto.BFLOAT16 not in found for found in types.values())
    about = read_json(tmp_path / "settings.json")
    directions, typical = np.array(about.pop("directions")), about.pop("typical")
    assert directions.shape == (6, variant.latent_size)
    assert directions @ directions.T == pytest.approx(np.eye(6), abs=1e-5)
    assert typical["low"] <= min(typical["real"], typical["samples"]) <= max(typical["real"], typical["samples"]) <= typical["high"]
    real = {"image": to_float(digits.images, -1), "label": digits.labels.astype(np.int32)}
    assert typical["real"] == pytest.approx(float(np.mean(discriminator(real, training=False))), abs=0.01)
    assert about.pop("class_names")[9] == "Ankle boot"
    assert about == {
        "conditional": True,
        "latent_size": 32,
        "latent_distribution": "normal",
        "low": -1.0,
        "output": "critic",
        "share_discriminator": True,
    }


def test_directions_are_those_of_the_largest_change(settings: Settings) -> None:
    """Of a linear generator they are the singular vectors of its matrix."""
    random = np.random.default_rng(0)
    vectors = np.linalg.qr(random.normal(size=(100, 100)))[0].astype(np.float32)
    matrix = np.diag(np.linspace(100, 1, 100)) @ vectors.T  # (pixels, latent)
    latent = keras.Input((100,), name="latent")
    generator = keras.Model({"latent": latent}, keras.layers.Dense(100, use_bias=False)(latent))
    generator.set_weights([matrix.T])
    found = leading_directions(generator, settings.gan["answer"], 3)
    assert np.abs(np.sum(found * vectors.T[:3], axis=1)) == pytest.approx(1, abs=1e-3)
    assert (np.take_along_axis(found, np.abs(found).argmax(axis=1, keepdims=True), axis=1) > 0).all()


def test_only_a_discriminator_that_estimates_a_probability_is_said_to() -> None:
    variants = load_settings(ROOT / "params.yaml").gan
    kinds = {name: output_kind(variant) for name, variant in variants.items()}
    assert {name for name, kind in kinds.items() if kind == "critic"} == {"lsgan", "hinge_sn", "wgan_gp", "modern", "stacked", "best"}
    assert (kinds["asker"], kinds["asker_logits"], kinds["answer"]) == ("probability", "logit", "logit")
